import { describe, expect, it } from "vitest";
import {
  type Board,
  type Command,
  counts,
  filtered,
  fromSnapshot,
  type Help,
  type Incident,
  inOrder,
  keepOrder,
  lateCommands,
  type LinkChange,
  logOf,
  merge,
  openHelp,
  openIncidents,
  pages,
  type Row,
  type Snapshot,
  tiles,
} from "$proctoring/wall";

const NAMES = ["", "Ana", "Ben", "Cem", "Dea"];

const row = (state: string, attempt = 1): Row => ({
  attempt,
  student: attempt + 100,
  name: NAMES[attempt] ?? "",
  seat: `A0${attempt}`,
  room: "",
  checked_in_at: null,
  late_answers: 0,
  exemptions: [],
  breaks: 0,
  break_s: 0,
  note: "",
  state,
  started_at: 0,
  deadline: 99_000,
  paused_at: null,
  ended_at: null,
  answered: 3,
  total: 20,
  current: 4,
  last_saved_at: 1_000,
  reason: "",
});

const incident = (id: number, attempt: number, severity: number, first_at = 10): Incident => ({
  id,
  attempt,
  kind: "focus_lost",
  severity,
  state: "open",
  first_at,
  last_at: first_at,
  count: 1,
  amount: 12,
  unit: "seconds",
  statement: "",
  owner: "",
  reason: "",
  decided_at: null,
});

const hand = (id: string, attempt: number, asked_at: number): Help => ({
  id,
  attempt,
  text: "May I use a calculator?",
  asked_at,
  reply: "",
  answered_at: null,
  answered_by: "",
});

function board(extra: Partial<Snapshot> = {}): Board {
  return fromSnapshot({
    sitting: 1,
    title: "Algebra",
    state: "running",
    starts_at: 0,
    closes_at: 100_000,
    ended_early_at: null,
    can_command: true,
    can_lead: false,
    max_extra_s: 900,
    rows: { 1: row("running", 1), 2: row("running", 2), 3: row("running", 3), 4: row("submitted", 4) },
    net: { 1: { state: "online", since: 0 } },
    incidents: [],
    help: [],
    commands: [],
    links: [],
    ...extra,
  });
}

describe("merging deltas", () => {
  it("replaces each key by its latest value and leaves the old board untouched", () => {
    const before = board();
    const after = merge(before, {
      "1": row("paused"),
      "net:2": { state: "lost", since: 5 },
      "incident:7": incident(7, 3, 0.9),
      "help:h1": hand("h1", 2, 50),
    });
    expect(after.rows["1"]?.state).toBe("paused");
    expect(after.net["2"]?.state).toBe("lost");
    expect(after.incidents[7]?.attempt).toBe(3);
    expect(after.help["h1"]?.attempt).toBe(2);
    expect(before.rows["1"]?.state).toBe("running");
  });

  it("keeps who and where when only progress comes, and ignores strangers", () => {
    const { name: _name, seat: _seat, ...progress } = row("paused", 1);
    const after = merge(board(), { "1": { state: progress.state, answered: 9 }, "77": progress });
    expect(after.rows["1"]).toMatchObject({ name: "Ana", seat: "A01", state: "paused", answered: 9 });
    expect(after.rows["77"]).toBeUndefined();
  });

  it("shows who is registered late as soon as the server says so", () => {
    const late = merge(board(), { "9": { ...row("ready", 4), attempt: 9 } });
    expect(tiles(late).map((view) => view.name)).toContain("Dea");
    expect(merge(late, { "9": { state: "running", answered: 1 } }).rows["9"]).toMatchObject({ name: "Dea", answered: 1 });
  });

  it("ignores keys it does not know", () => {
    expect(merge(board(), { "novelty:1": {} }).rows).toEqual(board().rows);
  });
});

const command = (id: string, attempt: number, issued_at: number): Command => ({
  id,
  attempt,
  seq: 1,
  kind: "pause",
  text: "Fire alarm",
  extra_s: 0,
  state: "applied",
  by: "Ivo",
  issued_at,
  delivered_at: issued_at,
  applied_at: issued_at,
});

const link = (id: number, attempt: number, at: number, is_back = false): LinkChange => ({
  id,
  attempt,
  link: "connection",
  is_back,
  at,
});

describe("what happened", () => {
  it("lists commands, losses, returns, raised hands and answers, newest first", () => {
    const answered = { ...hand("h1", 2, 50), answered_at: 70, answered_by: "Ivo", reply: "Yes" };
    const log = logOf(
      board({
        commands: [command("c1", 1, 60)],
        links: [link(1, 3, 40), link(2, 3, 80, true)],
        help: [answered, hand("h2", 1, 90)],
      }),
    );
    expect(log.map((entry) => [entry.key, entry.at])).toEqual([
      ["asked:h2", 90],
      ["link:2", 80],
      ["answered:h1", 70],
      ["command:c1", 60],
      ["asked:h1", 50],
      ["link:1", 40],
    ]);
  });

  it("keeps an incident after it was decided, with its decision", () => {
    const decided = { ...incident(7, 1, 0.9, 20), state: "dismissed", owner: "Ivo", reason: "own notes", decided_at: 65 };
    const log = logOf(board({ incidents: [decided, incident(8, 2, 0.5, 30)] }));
    expect(log.map((entry) => [entry.key, entry.at])).toEqual([["decided:7", 65], ["noticed:8", 30], ["noticed:7", 20]]);
  });

  it("takes a loss that is pushed, once however often it comes", () => {
    const once = merge(board(), { "link:5": link(5, 2, 10) });
    expect(logOf(merge(once, { "link:5": link(5, 2, 10) }))).toHaveLength(1);
  });
});

describe("tiles", () => {
  it("shows the gravest open incident and no decided one", () => {
    const dismissed = { ...incident(3, 1, 1), state: "dismissed" };
    const [ana] = tiles(board({ incidents: [incident(1, 1, 0.3), incident(2, 1, 0.9), dismissed] }));
    expect(ana?.incident?.id).toBe(2);
    expect(ana?.tone).toBe("critical");
  });

  it("never shows a lost connection as a state of the attempt", () => {
    const [, ben] = tiles(board({ net: { 2: { state: "lost", since: 5 } } }));
    expect(ben?.tone).toBe("offline");
    expect(ben?.row?.state).toBe("running");
  });

  it("tells who waits in the lobby from who is not here yet", () => {
    const rows = { 1: row("ready", 1), 2: row("ready", 2) };
    const [ana, ben] = tiles(board({ rows, net: { 1: { state: "online", since: 0 }, 2: { state: "lost", since: null } } }));
    expect([ana?.tone, ana?.filters]).toEqual(["checking", ["waiting"]]);
    expect([ben?.tone, ben?.filters]).toEqual(["offline", ["waiting"]]);
  });

  it("counts each tile once by its state, and besides while it waits for a person", () => {
    const views = tiles(board({ incidents: [incident(1, 2, 0.5)] }));
    expect(counts(views)).toMatchObject({ all: 4, attention: 1, working: 3, done: 1 });
  });

  it("a raised hand hides neither a pause nor a lost connection", () => {
    const rows = { 1: row("paused", 1), 2: row("running", 2) };
    const help = [hand("h1", 1, 50), hand("h2", 2, 60)];
    const views = tiles(board({ rows, help, net: { 2: { state: "lost", since: 5 } } }));
    expect(views.map((view) => view.marks.map((mark) => mark.kind))).toEqual([["help", "state"], ["help", "link"]]);
    expect(views.map((view) => view.marks[1]?.tone)).toEqual(["paused", "offline"]);
    expect(views.map((view) => view.tone)).toEqual(["waiting", "waiting"]);
    expect(counts(views)).toMatchObject({ all: 2, attention: 2, paused: 1, offline: 1, working: 0 });
    expect(filtered(views, "paused", "").map((view) => view.name)).toContain("Ana");
  });

  it("tells of a paused candidate whose browser is gone, both", () => {
    const rows = { 1: row("paused", 1) };
    const [ana] = tiles(board({ rows, net: { 1: { state: "lost", since: 5 } } }));
    expect(ana?.marks).toEqual([{ kind: "state", tone: "paused" }, { kind: "link", tone: "offline" }]);
    expect(ana?.filters).toEqual(["paused"]);
  });

  it("is never hidden by a filter while it needs attention", () => {
    const views = tiles(board({ incidents: [incident(1, 2, 0.5)] }));
    expect(filtered(views, "done", "").map((view) => view.name)).toEqual(["Ben", "Dea"]);
  });

  it("is found by name or seat", () => {
    expect(filtered(tiles(board()), "all", "a03").map((view) => view.name)).toEqual(["Cem"]);
  });
});

describe("order", () => {
  it("is incident, raised hand, longest unseen, name", () => {
    const views = tiles(board({ incidents: [incident(1, 4, 0.2), incident(2, 3, 0.9)], help: [hand("h", 2, 9)] }));
    expect(inOrder(views, {}).map((view) => view.name)).toEqual(["Cem", "Dea", "Ben", "Ana"]);
    const calm = tiles(board());
    expect(inOrder(calm, { 1: 500, 2: 100, 3: 300, 4: 200 }).map((view) => view.name)).toEqual(["Ben", "Dea", "Cem", "Ana"]);
  });

  it("stays as drawn while frozen, with newcomers at the end", () => {
    expect(keepOrder(tiles(board()), [3, 1]).map((view) => view.attempt)).toEqual([3, 1, 2, 4]);
  });
});

describe("queues", () => {
  it("put the gravest and then the oldest incident first", () => {
    const open = openIncidents(board({ incidents: [incident(1, 1, 0.5, 20), incident(2, 2, 0.5, 10), incident(3, 3, 0.9, 30)] }));
    expect(open.map((item) => item.id)).toEqual([3, 2, 1]);
  });

  it("drop a raised hand once it is answered", () => {
    const answered = { ...hand("b", 2, 1), answered_at: 5 };
    expect(openHelp(board({ help: [hand("a", 1, 2), answered] })).map((item) => item.id)).toEqual(["a"]);
  });

  it("name commands that no browser received within ten seconds, except for ended attempts", () => {
    const sent = { id: "c", attempt: 1, seq: 1, kind: "message", text: "x", extra_s: 0, state: "sent" as const, by: "Ivo", issued_at: 0, delivered_at: null, applied_at: null };
    const state = board({ commands: [sent, { ...sent, id: "d", attempt: 4 }, { ...sent, id: "e", attempt: 2, state: "delivered" }] });
    expect(lateCommands(state, 9_000)).toEqual([]);
    expect(lateCommands(state, 11_000).map((command) => command.id)).toEqual(["c"]);
  });
});

it("always has at least one page", () => {
  expect([pages(0, 16), pages(16, 16), pages(17, 16)]).toEqual([1, 1, 2]);
});
