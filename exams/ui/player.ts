/**
 * The state of the exam room, as a pure reducer: what happened in, what to draw out.
 *
 * Connection, lease and sign-in are orthogonal to the attempt's state: losing the network changes
 * a banner and nothing else.
 */
import type { UploadView } from "$scanner/upload";
import type { CommandView, HelpView, IncidentView } from "$web/wire";
import type { Snapshot } from "./attempt_api";
import type { QueueStatus } from "./autosave";
import type { Entry } from "./autosave/ledger";
import type { View } from "./autosave/store";
import { type AnswerValue, type Question, isAnswered } from "./paper";
import type { AttemptState, EarlyEnd, Navigation, PageView, Receipt } from "./wire";

/** A command of an invigilator as the candidate sees it. */
export type Command = Pick<CommandView, "id" | "seq" | "kind" | "text" | "extra_s" | "by" | "issued_at">;

export type HelpRequest = Omit<HelpView, "attempt">;

/** A fact that was noted about this candidate; told at once, so that it can be explained at once. */
export type Incident = Pick<IncidentView, "id" | "kind" | "state" | "amount" | "unit" | "last_at" | "statement" | "owner" | "reason">;

export interface Hold {
  reason: string;
  by: string;
  /** Server time, milliseconds. */
  since: number;
}

export interface RoomState {
  attempt: AttemptState | "unknown";
  /** Of the newest news; the server raises it with every move and every extension. */
  version: number;
  /** Those of the open page. */
  questions: Question[];
  page: PageView;
  navigation: Navigation;
  /** Id of the question on screen. */
  current: number | null;
  screen: "question" | "page_end" | "hand_in";
  answers: Record<number, Entry>;
  marked: Record<number, true>;
  queue: QueueStatus;
  socketOpen: boolean;
  deadline: number | null;
  /** The sitting was ended for everybody: by whom and why. Said once, it stays. */
  earlyEnd: EarlyEnd | null;
  hold: Hold | null;
  /** Messages and extensions that wait for the candidate's "seen", oldest first. */
  notices: Command[];
  /** Ids of all commands ever shown, so that a resent one is not shown again. */
  known: Record<string, true>;
  lastCommandSeq: number;
  help: HelpRequest[];
  incidents: Incident[];
  watchers: string[];
  /** How far the file of a file question is, by question id. */
  uploads: Record<number, UploadView>;
  /** The candidate goes on to the next page; the server has not let us yet. */
  turning: boolean;
  /** By what is answered now nothing follows this page; other answers may lead on. */
  endsHere: boolean;
  handingIn: boolean;
  receipt: Receipt | null;
  /** The room opened from this device's copy and the server has not answered since. */
  fromDevice: boolean;
  /** A reload without a network opens the room again. */
  reloadable: boolean;
  /** Stable code of what stopped the room from opening or handing in; empty when nothing did. */
  fault: string;
}

export const EMPTY: RoomState = {
  attempt: "unknown",
  version: 0,
  questions: [],
  page: { number: 1, is_last: true, asked_before: 0 },
  navigation: "free",
  current: null,
  screen: "question",
  answers: {},
  marked: {},
  queue: {
    gate: "closed",
    waiting: 0,
    held: 0,
    refused: 0,
    lastSavedAt: null,
    failingSince: null,
    durable: true,
    unreadable: 0,
  },
  socketOpen: true,
  deadline: null,
  earlyEnd: null,
  hold: null,
  notices: [],
  known: {},
  lastCommandSeq: 0,
  help: [],
  incidents: [],
  watchers: [],
  uploads: {},
  turning: false,
  endsHere: false,
  handingIn: false,
  receipt: null,
  fromDevice: false,
  reloadable: false,
  fault: "",
};

/** Where the attempt stands, by whichever way the news came. */
interface Moved {
  state: AttemptState;
  version: number;
  deadline: number | null;
  /** Since when it is paused; not everybody who tells where the attempt stands tells this. */
  pausedAt?: number | null | undefined;
  reason?: string;
  earlyEnd?: EarlyEnd | null | undefined;
  at: number;
}

export type Action =
  | { type: "snapshot"; snapshot: Snapshot; at: number }
  | { type: "view_restored"; view: View | null }
  | { type: "queue"; entries: Entry[]; status: QueueStatus }
  | { type: "went"; question: number }
  | { type: "stepped"; by: 1 | -1 }
  | { type: "marked"; question: number }
  /** Look over the open page, or over what is there before the hand-in of it all. */
  | { type: "reviewed"; open: boolean; all?: boolean }
  | { type: "socket"; open: boolean }
  | ({ type: "attempt" } & Moved)
  | { type: "command"; command: Command }
  | { type: "seen"; id: string }
  | { type: "help"; request: HelpRequest }
  | { type: "incident"; incident: Incident }
  | { type: "watchers"; names: string[] }
  | { type: "upload"; question: number; view: UploadView | null }
  | { type: "turning" }
  /** Nothing follows this page by what was answered. */
  | { type: "was_last" }
  | { type: "handing_in" }
  | { type: "handed_in"; receipt: Receipt }
  | { type: "from_device" }
  | { type: "entered" }
  | { type: "page_kept"; isKept: boolean }
  /** The server says that this is not the exam of who is signed in. */
  | { type: "shut"; code: string }
  | { type: "failed"; code: string };

/** Commands that the candidate confirms by hand; the others apply by themselves. */
const CONFIRMED = new Set(["message", "extend"]);

export function reduce(state: RoomState, action: Action): RoomState {
  switch (action.type) {
    case "snapshot":
      return onSnapshot(state, action.snapshot, action.at);
    case "view_restored":
      return onView(state, action.view);
    case "queue":
      return { ...state, answers: byQuestion(action.entries), queue: action.status };
    case "went":
      return goTo(state, action.question);
    case "stepped":
      return step(state, action.by);
    case "marked":
      return { ...state, marked: toggled(state.marked, action.question) };
    case "reviewed":
      return { ...state, screen: reviewOf(state, action), endsHere: false, fault: "" };
    case "socket":
      return { ...state, socketOpen: action.open };
    case "upload":
      return { ...state, uploads: withUpload(state.uploads, action.question, action.view) };
    case "attempt":
      return onAttempt(state, action);
    case "from_device":
      return { ...state, fromDevice: true, reloadable: true };
    case "entered":
      return { ...state, fromDevice: false, fault: "" };
    case "page_kept":
      return { ...state, reloadable: action.isKept };
    case "shut":
      return { ...EMPTY, fault: action.code };
    default:
      return reducePeople(state, action);
  }
}

type PeopleAction = Extract<
  Action,
  {
    type:
      | "command" | "seen" | "help" | "incident" | "watchers" | "turning" | "was_last" | "handing_in" | "handed_in"
      | "failed";
  }
>;

/** The part of the reducer about invigilators, and about what cannot be taken back. */
function reducePeople(state: RoomState, action: PeopleAction): RoomState {
  switch (action.type) {
    case "command":
      return onCommand(state, action.command);
    case "seen":
      return { ...state, notices: state.notices.filter((notice) => notice.id !== action.id) };
    case "help":
      return { ...state, help: merged(state.help, action.request) };
    case "incident":
      return { ...state, incidents: withIncident(state.incidents, action.incident) };
    case "watchers":
      return { ...state, watchers: action.names };
    case "turning":
      return { ...state, screen: "page_end", turning: true, fault: "" };
    case "was_last":
      return { ...state, screen: "hand_in", endsHere: true, turning: false };
    case "handing_in":
      return { ...state, handingIn: true, fault: "" };
    case "handed_in":
      return { ...state, attempt: "submitted", handingIn: false, receipt: action.receipt, fault: "" };
    case "failed":
      return { ...state, turning: false, handingIn: false, fault: action.code };
  }
}

function onSnapshot(state: RoomState, snapshot: Snapshot, at: number): RoomState {
  if (isOvertaken(state, snapshot)) return state;
  const before = snapshot.page.number > state.page.number ? turned(state) : state;
  const questions = snapshot.questions ?? before.questions;
  const known = questions.some((question) => question.id === before.current);
  const next = { ...before, questions, current: known ? before.current : (questions[0]?.id ?? null) };
  next.page = snapshot.page;
  next.navigation = snapshot.sitting.navigation;
  next.lastCommandSeq = Math.max(state.lastCommandSeq, snapshot.last_command_seq);
  const { state: attempt, version, deadline, paused_at: pausedAt, hold_reason: reason, sitting } = snapshot;
  return onAttempt(next, { state: attempt, version, deadline, pausedAt, reason, earlyEnd: sitting.early_end, at });
}

/** Whether newer news was here first: a page that is closed is never shown again. */
export function isOvertaken(state: RoomState, { version, page }: Pick<Snapshot, "version" | "page">): boolean {
  return version < state.version || page.number < state.page.number;
}

/** Another page opened: what was only about the one before goes. */
function turned(state: RoomState): RoomState {
  if (state.questions.length === 0) return state; // A reload: marks and place are of this page.
  const fresh = { turning: false, endsHere: false, fault: "" };
  return { ...state, ...fresh, questions: [], marked: {}, uploads: {}, screen: "question" };
}

function onView(state: RoomState, view: View | null): RoomState {
  if (!view) return state;
  const marked: Record<number, true> = {};
  for (const question of view.marked) marked[question] = true;
  return { ...state, current: view.current, marked };
}

/** News can overtake each other on their three ways; what is older changes nothing. */
function onAttempt(state: RoomState, news: Moved): RoomState {
  if (news.version < state.version) return state;
  const paused = news.state === "paused";
  const since = news.pausedAt ?? state.hold?.since ?? news.at;
  const by = state.hold?.by ?? "";
  const reason = news.reason || state.hold?.reason || "";
  return {
    ...state,
    attempt: state.receipt ? "submitted" : news.state,
    version: news.version,
    deadline: news.deadline ?? state.deadline,
    earlyEnd: news.earlyEnd ?? state.earlyEnd,
    hold: paused ? { reason, by, since } : null,
  };
}

function onCommand(state: RoomState, command: Command): RoomState {
  if (state.known[command.id]) return state;
  const next: RoomState = {
    ...state,
    known: { ...state.known, [command.id]: true },
    lastCommandSeq: Math.max(state.lastCommandSeq, command.seq),
  };
  if (CONFIRMED.has(command.kind)) next.notices = [...state.notices, command];
  if (command.kind === "pause") {
    next.hold = { reason: command.text, by: command.by, since: command.issued_at };
  }
  return next;
}

function goTo(state: RoomState, question: number): RoomState {
  const exists = state.questions.some((one) => one.id === question);
  return exists ? { ...state, current: question, screen: "question", endsHere: false, fault: "" } : state;
}

/** After the last question of a page comes its end; previous from there is the last question. */
function step(state: RoomState, by: 1 | -1): RoomState {
  if (state.screen !== "question") return by === -1 ? { ...state, screen: "question", endsHere: false } : state;
  const index = indexOfCurrent(state) + by;
  const target = state.questions[index];
  if (target) return { ...state, current: target.id };
  return by === 1 && state.questions.length > 0 ? { ...state, screen: endOf(state) } : state;
}

function endOf({ page }: RoomState): "page_end" | "hand_in" {
  return page.is_last ? "hand_in" : "page_end";
}

function reviewOf(state: RoomState, { open, all }: { open: boolean; all?: boolean }): RoomState["screen"] {
  if (!open) return "question";
  return all ? "hand_in" : endOf(state);
}

function byQuestion(entries: Entry[]): Record<number, Entry> {
  return Object.fromEntries(entries.map((entry) => [entry.question, { ...entry }]));
}

function toggled(marked: Record<number, true>, question: number): Record<number, true> {
  const { [question]: was, ...rest } = marked;
  return was ? rest : { ...marked, [question]: true };
}

function withUpload(
  uploads: RoomState["uploads"], question: number, view: UploadView | null,
): RoomState["uploads"] {
  const { [question]: _, ...rest } = uploads;
  return view ? { ...rest, [question]: view } : rest;
}

function merged(requests: HelpRequest[], news: HelpRequest): HelpRequest[] {
  const others = requests.filter((request) => request.id !== news.id);
  return [...others, news].sort((one, other) => one.asked_at - other.asked_at);
}

function withIncident(incidents: Incident[], news: Incident): Incident[] {
  return [...incidents.filter((incident) => incident.id !== news.id), news];
}

// ── What the components ask ─────────────────────────────────────────────────────────────────

export type Screen =
  | "opening"
  | "failed"
  | "waiting"
  | "question"
  | "page_end"
  | "hand_in"
  | "paused"
  | "moved"
  | "receipt"
  | "ended";

/** Which screen to draw; the first that applies. */
export function screenOf(state: RoomState): Screen {
  if (state.receipt) return "receipt";
  if (state.attempt === "unknown") return state.fault ? "failed" : "opening";
  if (["submitted", "expired", "terminated", "absent"].includes(state.attempt)) return "ended";
  if (state.queue.gate === "moved") return "moved";
  if (state.attempt === "paused") return "paused";
  if (state.attempt === "ready" || state.questions.length === 0) return "waiting";
  return state.screen;
}

export function indexOfCurrent(state: RoomState): number {
  return state.questions.findIndex((question) => question.id === state.current);
}

export function currentQuestion(state: RoomState): Question | undefined {
  return state.questions[indexOfCurrent(state)];
}

/**
 * Whether "next" closes the page without a word in between: one question a page, and it is answered.
 * Whoever has answered nothing is asked first.
 */
export function mayTurnAtOnce(state: RoomState): boolean {
  const { page, navigation, questions, screen } = state;
  const isDone = questions.every(({ id, kind }) => kind === "info" || isAnswered(state.answers[id]?.value));
  return screen === "question" && navigation === "linear" && !page.is_last && questions.length === 1 && isDone;
}

export function valueOf(state: RoomState, question: number): AnswerValue {
  return state.answers[question]?.value ?? null;
}

/** The files that are on their way now. */
export function sendingOf(state: RoomState): UploadView[] {
  return Object.values(state.uploads).filter((view) => view.phase === "sending");
}

/** What the device's store remembers of the view. */
export function viewOf(state: RoomState): View | null {
  if (state.current === null) return null;
  return { current: state.current, marked: Object.keys(state.marked).map(Number) };
}
