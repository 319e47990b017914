/**
 * The words beside an answer, put aside while the answer does not ask for them.
 *
 * Who picks "another one", writes which, picks something else and comes back finds the words again.
 */
import type { Entry } from "./autosave/ledger";
import { type AnswerValue, type Question, takesText } from "./paper";

/** An answer that goes nowhere, as a question is drawn with it: for authors who try one. */
export function triedEntry(question: number, value: AnswerValue, text: string | null): Entry {
  return { question, seq: 0, value, text, clientAt: 0, progress: "saved", code: "", savedAt: null, onDevice: false };
}

export class Beside {
  private readonly aside = new Map<number, string>();

  /** What goes with a new value: the words so far, if it takes any. */
  withValue(question: Question, value: AnswerValue, text: string | null): string | null {
    if (takesText(question, value)) return text ?? this.aside.get(question.id) ?? null;
    if (text !== null) this.aside.set(question.id, text);
    return null;
  }

  /** What is kept of words just typed. */
  typed(question: number, text: string): string | null {
    this.aside.delete(question);
    return text === "" ? null : text;
  }
}
