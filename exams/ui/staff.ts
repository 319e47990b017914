/** Behaviours of the staff pages: rows that can be added to a form. */

/**
 * "Add a row" of a Django formset: clones the template, numbers it, raises TOTAL_FORMS.
 *
 * Without scripts the spare rows that the server drew serve as well.
 */
export function startRows(root: ParentNode): void {
  for (const rows of root.querySelectorAll<HTMLElement>("[data-rows]")) {
    const button = rows.parentElement?.querySelector<HTMLButtonElement>("[data-add-row]");
    if (!button) continue;
    button.hidden = false;
    button.addEventListener("click", () => addRow(rows));
  }
}

function addRow(rows: HTMLElement): void {
  const template = rows.querySelector("template");
  const total = document.querySelector<HTMLInputElement>(`[name="${rows.dataset.rows}-TOTAL_FORMS"]`);
  if (!template || !total) return;
  const number = Number(total.value);
  const holder = document.createElement("div");
  holder.append(template.content.cloneNode(true));
  for (const element of holder.querySelectorAll("*")) numberIn(element, number);
  const row = holder.firstElementChild;
  if (!row) return;
  template.before(row);
  total.value = String(number + 1);
  row.querySelector<HTMLElement>("input, textarea")?.focus();
}

/** Put the row's number where the template says `__prefix__`. */
function numberIn(element: Element, number: number): void {
  for (const name of ["id", "name", "for"]) {
    const value = element.getAttribute(name);
    if (value) element.setAttribute(name, value.replace("__prefix__", String(number)));
  }
}
