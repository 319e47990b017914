/** The paper as the candidate's browser sees it: wire types of the candidate API, never a key. */

export type QuestionKind =
  | "bool"
  | "char"
  | "choice"
  | "date"
  | "datetime"
  | "decimal"
  | "float"
  | "int"
  | "rating"
  | "text"
  | "time"
  | "file"
  | "matching"
  | "info";

export interface PaperChoice {
  id: number;
  html: string;
}

export interface Question {
  id: number;
  /** Counts what can be answered, from 1; 0 for plain information. */
  number: number;
  /** Name of its section. */
  pool: string;
  kind: QuestionKind;
  prompt_html: string;
  help_html: string;
  points: string;
  required: boolean;
  choices: PaperChoice[];
  /** Left-hand sides of a matching question; `choices` are then the right-hand sides. */
  lefts: PaperChoice[];
  multiple: boolean;
  min_answers: number;
  max_answers: number | null;
  min_length: number;
  max_length: number | null;
  min_value: string | null;
  max_value: string | null;
  /** Endings of the files that a file question takes, as `.pdf`; empty takes any allowed kind. */
  accept: string[];
}

/** What a candidate gave; `null` clears the answer. */
export type AnswerValue =
  | string
  | boolean
  | number[]
  | { upload: string; name?: string }
  | Record<string, string>
  | null;

export interface ServerAnswer {
  seq: number;
  value: AnswerValue;
  saved_at: number;
}

export type AttemptState =
  | "ready"
  | "running"
  | "paused"
  | "submitted"
  | "expired"
  | "terminated"
  | "absent";

/** Whether an answer says anything; an emptied field counts as not answered. */
export function isAnswered(value: AnswerValue | undefined): boolean {
  if (value === undefined || value === null) return false;
  if (typeof value === "string") return value.trim() !== "";
  if (typeof value === "boolean") return true;
  if (Array.isArray(value)) return value.length > 0;
  return Object.values(value).some((part) => part !== "");
}
