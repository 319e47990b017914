/** What the widgets have in common in which the answer is typed: a number, a text, a date. */

import type { Question } from "../paper";

export interface TypedAnswer {
  question: Question;
  value: string;
  /** Id of the element that holds the question's words. */
  labelledby: string;
  disabled: boolean;
  /** Called on every change, with what stands in the field; an empty field clears the answer. */
  ontype: (typed: string) => void;
  onleave: () => void;
}
