/** Short messages in the corner of the page; announced by its live region, gone after a while. */
import { t } from "$web/i18n";

export type ToastKind = "info" | "ok" | "attention" | "critical";

const SHOWN_MS = 7_000;

/** Show `text`; returns a function that takes it away. Critical ones stay until closed. */
export function showToast(text: string, kind: ToastKind = "info"): () => void {
  const toast = document.createElement("div");
  toast.className = `toast ${kind}`;
  const words = document.createElement("span");
  words.textContent = text;
  const close = document.createElement("button");
  close.type = "button";
  close.className = "btn quiet small";
  close.textContent = t("Close");
  const remove = () => toast.remove();
  close.addEventListener("click", remove);
  toast.append(words, close);
  region().append(toast);
  if (kind !== "critical") setTimeout(remove, SHOWN_MS);
  return remove;
}

function region(): HTMLElement {
  const existing = document.getElementById("toasts");
  if (existing) return existing;
  const made = document.createElement("div");
  made.id = "toasts";
  made.className = "toasts";
  made.setAttribute("role", "status");
  document.body.append(made);
  return made;
}
