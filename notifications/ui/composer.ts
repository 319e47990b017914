/**
 * The composer: chips insert variables, the form shows only the timing that was chosen, and the
 * preview is drawn by the server from what is in the form. Without this script the form works too.
 */
import { fragment } from "$web/api";

const PAUSE_MS = 300;

/** Bind the form, where the page has one. */
export function startComposer(root: ParentNode = document): void {
  const form = root.querySelector<HTMLFormElement>("form[data-composer]");
  const preview = root.querySelector<HTMLElement>("#preview");
  if (!form || !preview) return;
  const ask = previewer(form, preview);
  const changed = () => {
    showTiming(form);
    ask();
  };
  form.addEventListener("input", changed);
  form.addEventListener("change", changed);
  for (const button of form.querySelectorAll<HTMLButtonElement>("[data-insert]")) {
    button.addEventListener("click", () => {
      const field = form.querySelector<HTMLTextAreaElement>(`#${button.dataset.into}`);
      if (field) insert(field, `{${button.dataset.insert}}`);
    });
  }
  showTiming(form);
}

/** Put words where the cursor is, and tell the form. */
export function insert(field: HTMLTextAreaElement, words: string): void {
  field.setRangeText(words, field.selectionStart, field.selectionEnd, "end");
  field.dispatchEvent(new Event("input", { bubbles: true }));
  field.focus();
}

/** Show the fields of the chosen timing only. */
export function showTiming(form: HTMLFormElement): void {
  const chosen = new FormData(form).get("when");
  for (const part of form.querySelectorAll<HTMLElement>("[data-for]")) {
    part.hidden = part.dataset.for !== chosen;
  }
}

/** Ask for the preview a moment after the last change; an older answer never replaces a newer. */
export function previewer(form: HTMLFormElement, preview: HTMLElement): () => void {
  let timer: ReturnType<typeof setTimeout> | undefined;
  let running: AbortController | null = null;
  const draw = async () => {
    running?.abort();
    const mine = new AbortController();
    running = mine;
    try {
      // The server escapes everything people wrote; the fragment is its own template.
      preview.innerHTML = await fragment(form.dataset.previewUrl ?? "", new FormData(form), { signal: mine.signal });
    } catch {
      // Offline, signed out or overtaken: the last preview stays, and so does what was written.
    }
  };
  return () => {
    clearTimeout(timer);
    timer = setTimeout(() => void draw(), PAUSE_MS);
  };
}
