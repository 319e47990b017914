/** Each question's cell in the navigator, and what the hand-in counts of them. */
import { type AnswerValue, type Question, isAnswered } from "./paper";
import type { RoomState } from "./player";
import { type TimeKind, isTimeOf } from "./widgets/dates";
import { drawingOf } from "./widgets/drawing";
import { numberFault } from "./widgets/number";

export interface Cell {
  id: number;
  number: number;
  answered: boolean;
  current: boolean;
  marked: boolean;
  /** Given, but not with the server. */
  unsent: boolean;
  /** Came too late; a person decides. */
  held: boolean;
  refused: boolean;
  /** A number, a date or a time that cannot be read or is not allowed; it is saved as typed. */
  faulty: boolean;
  info: boolean;
  required: boolean;
}

/** The navigator: one cell per question. */
export function cellsOf(state: RoomState): Cell[] {
  return state.questions.map((question, index) => {
    const entry = state.answers[question.id];
    return {
      id: question.id,
      number: question.number || index + 1,
      answered: isAnswered(entry?.value),
      current: question.id === state.current && state.screen === "question",
      marked: state.marked[question.id] === true,
      unsent: entry?.progress === "waiting" || state.uploads[question.id]?.phase === "sending",
      held: entry?.progress === "held",
      refused: entry?.progress === "refused",
      faulty: isFaulty(question, entry?.value),
      info: question.kind === "info",
      required: question.required,
    };
  });
}

function isFaulty(question: Question, value: AnswerValue | undefined): boolean {
  if (typeof value !== "string") return false;
  const drawing = drawingOf(question);
  if (drawing === "number") return numberFault(value, question) !== null;
  return drawing === "typed_time" && !isTimeOf(question.kind as TimeKind, value);
}

export interface Tally {
  /** Questions that can be answered. */
  total: number;
  answered: number;
  /** Of the answered ones, how many the server has. */
  saved: number;
  unanswered: Cell[];
  /** Not answered, and the page cannot be left without. */
  required: Cell[];
  marked: Cell[];
  refused: Cell[];
  faulty: Cell[];
}

export function tallyOf(state: RoomState): Tally {
  const cells = cellsOf(state).filter((cell) => !cell.info);
  const answered = cells.filter((cell) => cell.answered);
  return {
    total: cells.length,
    answered: answered.length,
    saved: answered.filter((cell) => !cell.unsent && !cell.held && !cell.refused).length,
    unanswered: cells.filter((cell) => !cell.answered),
    required: cells.filter((cell) => !cell.answered && cell.required),
    marked: cells.filter((cell) => cell.marked),
    refused: cells.filter((cell) => cell.refused),
    faulty: cells.filter((cell) => cell.faulty),
  };
}
