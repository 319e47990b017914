/** For tests: a snapshot and questions as the server gives them. */
import type { Snapshot } from "../attempt_api";
import type { Question } from "../paper";
import type { PaperChoice } from "../wire";

/** A question of one kind, with nothing special about it. */
export function question(part: Partial<Question> & Pick<Question, "kind">): Question {
  return {
    id: 7, number: 1, pool: "", prompt_html: "", help_html: "", points: "1", required: false, multiple: false,
    choices: [], lefts: [], min_answers: 1, max_answers: 1, min_length: 0, max_length: null, min_value: null,
    max_value: null, accept: [], widget: "", text_response: false, text_response_label: "", ...part,
  };
}

/** Options with the ids from 1. */
export function options(...words: string[]): PaperChoice[] {
  return words.map((html, index) => ({ id: index + 1, html, text_response: false }));
}

export const SNAPSHOT: Snapshot = {
  attempt: 1,
  sitting: {
    id: 5,
    title: "Algebra",
    subject: "Mathematics",
    state: "running",
    lobby_opens_at: 0,
    starts_at: 1_000,
    closes_at: 90_000,
    duration_s: 3_600,
    grace_s: 30,
    camera: "required",
    chat_lock: "lobby",
    navigation: "free",
    early_end: null,
  },
  state: "running",
  version: 1,
  seat: "A1",
  room: "",
  started_at: 1_000,
  deadline: 9_000_000,
  paused_at: null,
  ended_at: null,
  duration_s: 3_600,
  server_time: 1_000,
  lease: null,
  lease_device: "",
  questions: null,
  answers: {},
  total: 0,
  page: { number: 1, is_last: true, asked_before: 0 },
  last_command_seq: 0,
  hold_reason: "",
  receipt: null,
  submitted_at: null,
  answered: null,
};
