/** Small behaviours of plain pages: menus, dialogs, confirmations, forms that send once. */
import { t } from "$web/i18n";

/** Close open menus on Escape and on a click elsewhere. */
export function startMenus(): void {
  const open = () => [...document.querySelectorAll<HTMLDetailsElement>("details.menu[open]")];
  document.addEventListener("click", (event) => {
    for (const menu of open()) if (!menu.contains(event.target as Node)) menu.open = false;
  });
  document.addEventListener("keydown", (event) => {
    if (event.key !== "Escape") return;
    for (const menu of open()) {
      menu.open = false;
      menu.querySelector<HTMLElement>("summary")?.focus();
    }
  });
}

/** The navigation of narrow screens folds behind its button. */
export function startNavigation(): void {
  document.documentElement.classList.add("has-script");
  const button = document.querySelector<HTMLButtonElement>("[data-nav-toggle]");
  const nav = document.getElementById(button?.getAttribute("aria-controls") ?? "");
  button?.addEventListener("click", () => {
    const opened = nav?.toggleAttribute("data-open") ?? false;
    button.setAttribute("aria-expanded", String(opened));
  });
}

/** `data-opens="id"` opens a `<dialog>`, `data-closes` closes the one around it. */
export function startDialogs(): void {
  document.addEventListener("click", (event) => {
    const target = event.target as Element;
    const opener = target.closest<HTMLElement>("[data-opens]");
    if (opener) (document.getElementById(opener.dataset.opens ?? "") as HTMLDialogElement | null)?.showModal();
    target.closest("[data-closes]")?.closest("dialog")?.close();
  });
}

/** A form is sent once: its button says that it works until the answer comes. */
export function startForms(): void {
  document.addEventListener("submit", (event) => {
    const form = event.target as HTMLFormElement;
    if (form.dataset.sent) {
      event.preventDefault();
      return;
    }
    if (form.method.toLowerCase() !== "post" || event.defaultPrevented || form.hasAttribute("hx-post")) return;
    form.dataset.sent = "true";
    const button = (event as SubmitEvent).submitter;
    button?.setAttribute("aria-busy", "true");
    button?.setAttribute("aria-label", t("Working…"));
    form.querySelector("progress[data-working]")?.removeAttribute("hidden");
  });
  // The page may come back from the browser's cache with the form still marked.
  addEventListener("pageshow", () => {
    for (const form of document.querySelectorAll<HTMLFormElement>("form[data-sent]")) {
      delete form.dataset.sent;
      form.querySelector("progress[data-working]")?.setAttribute("hidden", "");
      for (const button of form.querySelectorAll("[aria-busy]")) {
        button.removeAttribute("aria-busy");
        button.removeAttribute("aria-label");
      }
    }
  });
}

/** `data-prints` prints the page. */
export function startPrinting(): void {
  document.addEventListener("click", (event) => {
    if ((event.target as Element).closest("[data-prints]")) print();
  });
}

/** Beside the button that chooses a file stands the name of what was chosen. */
export function startFiles(): void {
  document.addEventListener("change", (event) => {
    const field = event.target as HTMLInputElement;
    const said = field.type === "file" ? document.querySelector(`[data-file-of="${field.id}"]`) : null;
    if (said) said.textContent = field.files?.[0]?.name ?? t("No file chosen yet");
  });
}

/** The first invalid field gets the focus, so that the error is read first. */
export function focusFirstError(): void {
  document.querySelector<HTMLElement>(".field.invalid :is(input, select, textarea)")?.focus();
}
