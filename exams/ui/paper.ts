/** The paper as the candidate's browser sees it, and what an answer to it can be. */
import type { PaperQuestion, SavedAnswer } from "./wire";

/** A question as shown; never a key. Sorts of answers, limits and lefts: exams/wire.py. */
export type Question = PaperQuestion;

/** What a candidate gave; `null` clears the answer. */
export type AnswerValue =
  | string
  | boolean
  | number[]
  | { upload: string; name?: string }
  | Record<string, string>
  | null;

export type ServerAnswer = Omit<SavedAnswer, "value" | "text"> & { value: AnswerValue; text?: string | null };

/** Whether an answer says anything; an emptied field counts as not answered. */
export function isAnswered(value: AnswerValue | undefined): boolean {
  if (value === undefined || value === null) return false;
  if (typeof value === "string") return value.trim() !== "";
  if (typeof value === "boolean") return true;
  if (Array.isArray(value)) return value.length > 0;
  return Object.values(value).some((part) => part !== "");
}

/** Whether words may stand beside this answer: the question asks for them, or an option picked does. */
export function takesText({ text_response, choices }: Pick<Question, "text_response" | "choices">, value: AnswerValue): boolean {
  if (text_response) return true;
  return Array.isArray(value) && choices.some((choice) => choice.text_response && value.includes(choice.id));
}
