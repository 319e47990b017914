/** Behaviours of the staff pages: rows that can be added to a form, taken out and moved. */
import { drawEdges, itemsOf, startReorder } from "./reorder";

/**
 * The rows of a Django formset. Without scripts the same buttons ask the server for the same form.
 *
 * A row keeps the number in its names for good; `ORDER` and `DELETE` say where it stands and
 * whether it was taken out.
 */
export function startRows(root: ParentNode): void {
  for (const rows of root.querySelectorAll<HTMLElement>("[data-rows]")) {
    const button = rows.parentElement?.querySelector<HTMLButtonElement>("[data-add-row]");
    button?.addEventListener("click", (event) => {
      event.preventDefault();
      addRow(rows);
    });
    rows.addEventListener("click", (event) => removeRow(event, rows));
    startReorder(rows.parentElement as HTMLElement, () => numberRows(rows), "[data-rows]");
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
  for (const handle of row.querySelectorAll<HTMLElement>("[data-drag]")) handle.hidden = false;
  numberRows(rows);
  drawEdges(rows);
  row.querySelector<HTMLElement>("input:not([type=hidden]), textarea")?.focus();
}

/** Hide the row and mark it; the focus goes to the next row, or to the button that adds one. */
function removeRow(event: Event, rows: HTMLElement): void {
  const button = (event.target as Element).closest<HTMLElement>("[data-remove]");
  const row = button?.closest<HTMLElement>("[data-sort-item]");
  if (!row) return;
  event.preventDefault();
  const shown = itemsOf(rows);
  const next = shown[shown.indexOf(row) + 1] ?? shown[shown.indexOf(row) - 1];
  const mark = row.querySelector<HTMLInputElement>('[name$="-DELETE"]');
  if (mark) mark.value = "on";
  row.hidden = true;
  numberRows(rows);
  drawEdges(rows);
  const target = next?.querySelector<HTMLElement>("[data-remove]");
  (target ?? rows.parentElement?.querySelector<HTMLElement>("[data-add-row]"))?.focus();
}

/** Write each row's place into its form, and tell the page that the form has changed. */
function numberRows(rows: HTMLElement): void {
  itemsOf(rows).forEach((row, index) => {
    const order = row.querySelector<HTMLInputElement>('[name$="-ORDER"]');
    if (order) order.value = String(index + 1);
  });
  rows.dispatchEvent(new Event("input", { bubbles: true }));
}

/** Put the row's number where the template says `__prefix__`. */
function numberIn(element: Element, number: number): void {
  for (const name of ["id", "name", "for", "value", "aria-describedby"]) {
    const value = element.getAttribute(name);
    if (value) element.setAttribute(name, value.replace("__prefix__", String(number)));
  }
}
