/**
 * The words beside an answer, put aside while the answer does not ask for them.
 *
 * Who picks "another one", writes which, picks something else and comes back finds the words again.
 */
import { type AnswerValue, type Question, takesText } from "./paper";

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
