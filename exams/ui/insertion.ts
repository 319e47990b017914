/** Puts a picture's reference into the text that an author wrote last. */

const FIELDS = 'textarea, input[dir="auto"]';

/** The reference of a picture, as the format of the question wants it. */
export function reference(upload: string, words: string, format: string): string {
  if (format === "html" || format === "moodle") return `<img src="upload:${upload}" alt="${escaped(words)}">`;
  return `![${words.replace(/[[\]\\\n]/g, " ")}](upload:${upload})`;
}

function escaped(text: string): string {
  return text.replace(/&/g, "&amp;").replace(/"/g, "&quot;").replace(/</g, "&lt;").replace(/>/g, "&gt;");
}

/** Remembers the field of the form that had the focus last; the question's words at first. */
export class Target {
  #last: HTMLTextAreaElement | HTMLInputElement | null;

  constructor(private readonly form: HTMLFormElement) {
    this.#last = form.querySelector<HTMLTextAreaElement>("textarea");
    form.addEventListener("focusin", (event) => {
      const field = event.target as Element;
      if (field.matches(FIELDS)) this.#last = field as HTMLTextAreaElement;
    });
  }

  get format(): string {
    return this.form.querySelector<HTMLSelectElement>('[name="format"]')?.value ?? "markdown";
  }

  /** Name of the field, as its label says. */
  get label(): string {
    return this.#last?.labels?.[0]?.textContent?.trim() ?? "";
  }

  /** Insert at the caret, and tell the page that the form has changed. */
  insert(text: string): void {
    const field = this.#last;
    if (!field) return;
    field.setRangeText(text, field.selectionStart ?? field.value.length, field.selectionEnd ?? field.value.length, "end");
    field.dispatchEvent(new Event("input", { bubbles: true }));
  }
}
