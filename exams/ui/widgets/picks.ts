/** What a question offers to pick, and how picks become the answer's value and come back from it. */
import { formatNumber, t } from "$web/i18n";
import type { AnswerValue, Question } from "../paper";

export interface Pick {
  /** Unique in its question; what stands in the field's `value`. */
  id: string;
  /** Markup of the author, already made safe; or else `text`. */
  html?: string;
  text?: string;
}

/** More than this many steps of a rating are not drawn. */
const MOST_STEPS = 100;

/** The options in the order shown. */
export function picksOf(question: Question): Pick[] {
  if (question.choices.length > 0) return question.choices.map(({ id, html }) => ({ id: String(id), html }));
  return question.kind === "bool" ? truths() : steps(question);
}

function truths(): Pick[] {
  return [{ id: "true", text: t("True") }, { id: "false", text: t("False") }];
}

/** Of a rating; where it is 1 each number is its own key. */
export function lowestOf({ min_value }: Fields<"min_value">): number {
  return Number(min_value ?? 1);
}

function steps(question: Question): Pick[] {
  const low = lowestOf(question);
  const high = Math.min(Number(question.max_value ?? 5), low + MOST_STEPS);
  return Array.from({ length: high - low + 1 }, (_, index) => ({
    id: String(low + index),
    text: formatNumber(low + index),
  }));
}

type Fields<Name extends keyof Question> = { [One in Name]: Question[One] };

/** The ids of the options that the answer names. */
export function pickedOf(value: AnswerValue): string[] {
  if (Array.isArray(value)) return value.map(String);
  if (typeof value === "boolean") return [String(value)];
  return typeof value === "string" && value !== "" ? [value] : [];
}

/** The answer that these picks are. */
export function valueOfPicks({ kind, choices }: Fields<"kind" | "choices">, picked: string[]): AnswerValue {
  const [first] = picked;
  if (first === undefined) return null;
  if (choices.length > 0) return picked.map(Number);
  return kind === "bool" ? first === "true" : first;
}
