import { describe, expect, it } from "vitest";
import type { Snapshot } from "./attempt_api";
import { SNAPSHOT } from "./room/testing";
import { cellsOf, tallyOf } from "./cells";
import type { Gate, QueueStatus } from "./autosave";
import type { Entry, Progress } from "./autosave/ledger";
import type { AnswerValue, Question } from "./paper";
import type { AttemptState, QuestionKind } from "./wire";
import {
  type Action,
  type Command,
  EMPTY,
  type RoomState,
  currentQuestion,
  reduce,
  screenOf,
  valueOf,
  viewOf,
} from "./player";
import { bannerOf, saveWordOf } from "./saving";

const question = (id: number, kind: QuestionKind = "choice"): Question => ({
  id,
  number: id - 10,
  pool: "Part one",
  kind,
  prompt_html: `<p>${id}</p>`,
  help_html: "",
  points: "1",
  required: false,
  choices: [],
  lefts: [],
  multiple: false,
  min_answers: 1,
  max_answers: 1,
  min_length: 0,
  max_length: null,
  min_value: null,
  max_value: null,
  accept: [],
  widget: "",
  text_response: false,
  text_response_label: "",
});

const snapshot = (part: Partial<Snapshot> = {}): Snapshot => ({
  ...SNAPSHOT,
  deadline: 9_000,
  questions: [question(11), question(12), question(13, "info"), question(14, "text")],
  ...part,
});

const entry = (id: number, value: AnswerValue, progress: Progress = "saved"): Entry => ({
  question: id,
  seq: 1,
  value,
  text: null,
  clientAt: 1,
  progress,
  code: "",
  savedAt: null,
  onDevice: true,
});

const queue = (status: Partial<QueueStatus>, entries: Entry[] = []): Action => ({
  type: "queue",
  entries,
  status: { ...EMPTY.queue, gate: "open", ...status },
});

const command = (part: Partial<Command> = {}): Command => ({
  id: "c1",
  seq: 1,
  kind: "message",
  text: "Five minutes left",
  extra_s: 0,
  by: "Ivo",
  issued_at: 2_000,
  ...part,
});

const play = (...actions: Action[]): RoomState => actions.reduce(reduce, EMPTY);
const opened: Action = { type: "snapshot", snapshot: snapshot(), at: 1_000 };

describe("which screen", () => {
  it("opens, and shows why it cannot", () => {
    expect(screenOf(EMPTY)).toBe("opening");
    expect(screenOf(play({ type: "failed", code: "attempt_unknown" }))).toBe("failed");
    expect(screenOf(play(opened))).toBe("question");
  });

  it.each<[AttemptState, string]>([
    ["ready", "waiting"],
    ["running", "question"],
    ["paused", "paused"],
    ["submitted", "ended"],
    ["expired", "ended"],
    ["terminated", "ended"],
    ["absent", "ended"],
  ])("a %s attempt shows %s", (state, screen) => {
    expect(screenOf(play({ type: "snapshot", snapshot: snapshot({ state }), at: 1 }))).toBe(screen);
  });

  it("waits while the server has not given the questions", () => {
    const news = snapshot({ questions: null });
    expect(screenOf(play({ type: "snapshot", snapshot: news, at: 1 }))).toBe("waiting");
  });

  it("a moved lease hides the questions, whatever else, but not an end or a receipt", () => {
    const moved = queue({ gate: "moved" });
    expect(screenOf(play(opened, moved))).toBe("moved");
    const paused = snapshot({ state: "paused" });
    expect(screenOf(play({ type: "snapshot", snapshot: paused, at: 1 }, moved))).toBe("moved");
    const over = snapshot({ state: "expired" });
    expect(screenOf(play({ type: "snapshot", snapshot: over, at: 1 }, moved))).toBe("ended");
  });

  it("a receipt stays, also when an older message of a running attempt comes late", () => {
    const receipt = { receipt: "r", submitted_at: 5, answered: 1, total: 3 };
    const state = play(opened, { type: "handing_in" }, { type: "handed_in", receipt }, opened);
    expect(screenOf(state)).toBe("receipt");
    expect(state).toMatchObject({ attempt: "submitted", handingIn: false });
  });
});

describe("moving about", () => {
  it("begins at the first question, or where the candidate was", () => {
    expect(play(opened).current).toBe(11);
    expect(play({ type: "view_restored", view: { current: 14, marked: [12] } }, opened).current).toBe(14);
    expect(play({ type: "view_restored", view: { current: 99, marked: [] } }, opened).current).toBe(11);
  });

  it("steps to the neighbours, then to the hand-in page and back to the last question", () => {
    const next: Action = { type: "stepped", by: 1 };
    const back: Action = { type: "stepped", by: -1 };
    expect(currentQuestion(play(opened, back))?.id).toBe(11);
    expect(currentQuestion(play(opened, next))?.id).toBe(12);
    const last = play(opened, next, next, next);
    expect(last).toMatchObject({ current: 14, screen: "question" });
    const done = reduce(last, next);
    expect(screenOf(done)).toBe("hand_in");
    expect(reduce(done, next)).toBe(done);
    expect(reduce(done, back)).toMatchObject({ current: 14, screen: "question" });
    expect(reduce(EMPTY, next)).toBe(EMPTY);
  });

  it("goes to any question, and from the hand-in page too, but to no unknown one", () => {
    const review: Action = { type: "reviewed", open: true };
    expect(play(opened, review, { type: "went", question: 12 })).toMatchObject({
      current: 12,
      screen: "question",
    });
    expect(play(opened, review, { type: "went", question: 99 }).screen).toBe("hand_in");
    expect(screenOf(play(opened, review, { type: "reviewed", open: false }))).toBe("question");
  });

  it("keeps the place when a snapshot comes again", () => {
    expect(play(opened, { type: "went", question: 12 }, opened).current).toBe(12);
  });
});

describe("the navigator", () => {
  const state = play(
    opened,
    { type: "marked", question: 12 },
    queue({ waiting: 1 }, [entry(11, [5]), entry(12, "", "waiting"), entry(14, "x", "refused")]),
  );

  it("tells answered, current, marked, unsent, refused and information apart", () => {
    const cells = cellsOf(state);
    const words = cells.map((cell) =>
      (["answered", "current", "marked", "unsent", "refused", "info"] as const).filter((word) => cell[word]),
    );
    expect(words).toEqual([["answered", "current"], ["marked", "unsent"], ["info"], ["answered", "refused"]]);
    expect(cells.map((cell) => cell.number)).toEqual([1, 2, 3, 4]);
  });

  it("names numbers that cannot be read or are not allowed, before they are handed in", () => {
    const numbers = [question(11, "int"), { ...question(12, "decimal"), max_value: "10" }, question(13, "float"), question(14, "char")];
    const given = queue({}, [entry(11, "about eight"), entry(12, "11"), entry(13, "1,5"), entry(14, "about eight")]);
    const tally = tallyOf(play({ type: "snapshot", snapshot: snapshot({ questions: numbers }), at: 1_000 }, given));
    expect(tally.faulty.map((cell) => cell.id)).toEqual([11, 12]);
    expect(tally.answered).toBe(4);
  });

  it("has no current cell on the hand-in page", () => {
    const review = reduce(state, { type: "reviewed", open: true });
    expect(cellsOf(review).some((cell) => cell.current)).toBe(false);
  });

  it("counts what can be answered only, and as saved only what the server has", () => {
    const tally = tallyOf(state);
    expect(tally).toMatchObject({ total: 3, answered: 2, saved: 1 });
    expect(tally.unanswered.map((cell) => cell.id)).toEqual([12]);
    expect(tally.marked.map((cell) => cell.id)).toEqual([12]);
    expect(tally.refused.map((cell) => cell.id)).toEqual([14]);
  });

  it("marks and unmarks, and remembers both with the place", () => {
    const mark: Action = { type: "marked", question: 14 };
    expect(viewOf(reduce(state, mark))).toEqual({ current: 11, marked: [12, 14] });
    expect(viewOf(reduce(reduce(state, mark), mark))).toEqual({ current: 11, marked: [12] });
    expect(viewOf(EMPTY)).toBeNull();
  });

  it("gives the value of an answer, null when there is none", () => {
    expect(valueOf(state, 11)).toEqual([5]);
    expect(valueOf(state, 13)).toBeNull();
  });
});

describe("the word about saving", () => {
  it.each<[Partial<QueueStatus>, boolean, string]>([
    [{ waiting: 0, lastSavedAt: null }, true, "nothing"],
    [{ waiting: 0, lastSavedAt: 5 }, true, "saved"],
    [{ waiting: 0, lastSavedAt: 5 }, false, "saved"],
    [{ waiting: 2, lastSavedAt: 5 }, true, "sending"],
    [{ waiting: 2, lastSavedAt: 5 }, false, "on_device"],
    [{ waiting: 2, failingSince: 7 }, true, "on_device"],
    [{ waiting: 2, gate: "paused" }, true, "on_device"],
    [{ waiting: 2, durable: false }, true, "in_memory"],
  ])("%j with socket %s is %s", (status, open, word) => {
    expect(saveWordOf(play(queue(status), { type: "socket", open }))).toBe(word);
  });
});

describe("the banner", () => {
  it.each<[Partial<QueueStatus>, number, string | null]>([
    [{}, 0, null],
    [{ failingSince: 1_000 }, 3_999, null],
    [{ failingSince: 1_000 }, 4_000, "offline"],
    [{ failingSince: 1_000, gate: "signed_out" as Gate }, 9_000, "signed_out"],
    [{ gate: "denied" as Gate, durable: false }, 9_000, "denied"],
    [{ durable: false }, 9_000, "not_durable"],
    [{ durable: false, failingSince: 1 }, 9_000, "offline"],
  ])("%j at %i is %s", (status, now, kind) => {
    expect(bannerOf(play(queue(status)), now)).toBe(kind);
  });

  it("does not wait when the page itself came from the device", () => {
    const state = play({ type: "from_device" }, queue({ failingSince: 1_000 }));
    expect(bannerOf(state, 1_000)).toBe("offline");
    expect(bannerOf(reduce(state, { type: "entered" }), 1_000)).toBeNull();
  });
});

describe("a room from the device", () => {
  it("is empty after the server said that it is not of who is signed in", () => {
    const state = play(opened, { type: "from_device" }, { type: "shut", code: "attempt_unknown" });
    expect(state).toMatchObject({ attempt: "unknown", questions: [], answers: {}, fromDevice: false, fault: "attempt_unknown" });
    expect(screenOf(state)).toBe("failed");
  });

  it("goes on handing in when the server has answered", () => {
    const state = play(opened, { type: "from_device" }, { type: "handing_in" }, { type: "entered" });
    expect(state).toMatchObject({ handingIn: true, fromDevice: false });
  });
});

describe("pause and deadline", () => {
  const paused = { type: "attempt", state: "paused", version: 2, deadline: null, reason: "Alarm", at: 3_000 } as const;

  it("older news than the newest changes nothing, by whichever way it comes", () => {
    const resumed = play(opened, paused, { ...paused, state: "running", version: 3, deadline: 12_000 });
    const slow = snapshot({ state: "paused", version: 2, deadline: 9_000, questions: null });
    for (const old of [paused, { type: "snapshot", snapshot: slow, at: 6_000 } as const]) {
      expect(reduce(resumed, old)).toEqual(resumed);
    }
  });

  it("says why, who and since when, and keeps that through repeated news", () => {
    const pause = command({ kind: "pause", text: "Fire alarm", issued_at: 2_900 });
    const state = play(opened, { type: "command", command: pause }, paused, { ...paused, reason: "", at: 9_000 });
    expect(state.hold).toEqual({ reason: "Alarm", by: "Ivo", since: 2_900 });
    expect(state.notices).toEqual([]);
    expect(state.deadline).toBe(9_000);
  });

  it("learns who paused when the command comes after the change", () => {
    const pause = command({ kind: "pause", text: "Fire alarm", issued_at: 2_900 });
    const state = play(opened, paused, { type: "command", command: pause });
    expect(state.hold).toEqual({ reason: "Fire alarm", by: "Ivo", since: 2_900 });
  });

  it("comes back by itself with the new deadline", () => {
    const state = play(opened, paused, { ...paused, state: "running", version: 3, deadline: 12_000 });
    expect(state).toMatchObject({ attempt: "running", hold: null, deadline: 12_000 });
    expect(screenOf(state)).toBe("question");
  });

  it("after a reload tells why and since when, as the snapshot says", () => {
    const news = snapshot({ state: "paused", paused_at: 2_900, hold_reason: "Alarm" });
    expect(play({ type: "snapshot", snapshot: news, at: 4_000 }).hold).toEqual({ reason: "Alarm", by: "", since: 2_900 });
  });

  it("stands since the server's own moment, not since the news came", () => {
    const state = play(opened, { ...paused, pausedAt: 2_900 });
    expect(state.hold?.since).toBe(2_900);
  });
});

describe("commands", () => {
  it("wait for the candidate's seen, once, however often they are sent", () => {
    const issue: Action = { type: "command", command: command() };
    const extend: Action = { type: "command", command: command({ id: "c2", seq: 2, kind: "extend", extra_s: 300 }) };
    const state = play(opened, issue, extend, issue);
    expect(state.notices.map((notice) => notice.id)).toEqual(["c1", "c2"]);
    expect(state.lastCommandSeq).toBe(2);
    const seen = reduce(state, { type: "seen", id: "c1" });
    expect(seen.notices.map((notice) => notice.id)).toEqual(["c2"]);
    expect(reduce(seen, issue).notices).toHaveLength(1);
  });

  it("that apply by themselves need no seen", () => {
    const state = play(opened, { type: "command", command: command({ kind: "resume" }) });
    expect(state.notices).toEqual([]);
    expect(state.known).toEqual({ c1: true });
  });

  it("count on from the snapshot", () => {
    expect(play({ type: "snapshot", snapshot: snapshot({ last_command_seq: 4 }), at: 1 }).lastCommandSeq).toBe(4);
  });
});

describe("help, watchers and faults", () => {
  it("keeps raised hands in order and replaces one by its answer", () => {
    const ask = (id: string, at: number, reply = ""): Action => ({
      type: "help",
      request: { id, text: "?", asked_at: at, reply, answered_at: null, answered_by: "" },
    });
    const state = play(ask("b", 2), ask("a", 1), ask("b", 2, "Yes"));
    expect(state.help.map((request) => [request.id, request.reply])).toEqual([
      ["a", ""],
      ["b", "Yes"],
    ]);
  });

  it("keeps each noted fact once, the latest word of it", () => {
    const note = (id: number, statement = ""): Action => ({
      type: "incident",
      incident: { id, kind: "paste", state: "open", amount: 50, unit: "characters", last_at: 1, statement, owner: "", reason: "" },
    });
    const state = play(note(1), note(2), note(1, "my own notes"));
    expect(state.incidents.map((one) => [one.id, one.statement])).toEqual([
      [2, ""],
      [1, "my own notes"],
    ]);
  });

  it("shows who can see the camera", () => {
    expect(play({ type: "watchers", names: ["Ivo"] }).watchers).toEqual(["Ivo"]);
  });

  it("says why a hand-in failed and lets the candidate try again", () => {
    const failed = play(opened, { type: "reviewed", open: true }, { type: "handing_in" }, { type: "failed", code: "offline" });
    expect(failed).toMatchObject({ handingIn: false, fault: "offline" });
    expect(screenOf(failed)).toBe("hand_in");
    expect(reduce(failed, { type: "handing_in" })).toMatchObject({ handingIn: true, fault: "" });
    expect(reduce(failed, { type: "reviewed", open: false }).fault).toBe("");
  });
});
