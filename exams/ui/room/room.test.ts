import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { ApiError } from "$web/api";
import { settle, settlePromises } from "../autosave/testing";
import { screenOf } from "../player";
import { Place, offline } from "./fakes";

let place: Place;
let clock: Place["clock"];
let api: Place["api"];
let store: Place["store"];
const makeRoom = (...given: Parameters<Place["makeRoom"]>) => place.makeRoom(...given);
const openRoom = () => place.openRoom();
const newest = () => place.socket;

beforeEach(() => {
  place = new Place();
  ({ clock, api, store } = place);
});

afterEach(() => place.close());

describe("opening", () => {
  it("takes the lease and shows the questions of a running attempt", async () => {
    const room = await openRoom();
    expect(api.calls).toEqual(["snapshot", "lease"]);
    expect(screenOf(room.state)).toBe("question");
    expect(room.state.queue.gate).toBe("open");
  });

  it("in a browser that is new to the attempt the questions come with the lease", async () => {
    api.isKnown = false;
    const room = await openRoom();
    expect(api.calls.slice(0, 3)).toEqual(["snapshot", "lease", "start"]);
    expect(screenOf(room.state)).toBe("question");
    expect(room.state.questions).toHaveLength(2);
    expect(room.state.queue.gate).toBe("open");
  });

  it("starts a ready attempt when the sitting runs, and only then", async () => {
    api.state = "ready";
    api.sitting = "lobby";
    const room = await openRoom();
    expect(api.calls).not.toContain("start");
    expect(screenOf(room.state)).toBe("waiting");
    api.sitting = "running";
    await room.takeBack();
    expect(screenOf(room.state)).toBe("question");
  });

  it("goes on trying without a network, and says so", async () => {
    api.down = offline();
    const room = makeRoom();
    const opening = room.open();
    await clock.pass(2_000);
    expect(room.state.fault).toBe("offline");
    expect(screenOf(room.state)).toBe("failed");
    api.down = null;
    await clock.pass(20_000);
    await opening;
    expect(screenOf(room.state)).toBe("question");
    expect(room.state.fault).toBe("");
  });

  it("gives up on an attempt that is not ours", async () => {
    api.down = new ApiError(404, { code: "attempt_unknown" });
    const room = await openRoom();
    await clock.pass(60_000);
    expect(api.calls).toEqual(["snapshot"]);
    expect(room.state.fault).toBe("attempt_unknown");
  });

  it("sends what an earlier page kept on this device", async () => {
    await store.keep({ question: 11, seq: 4_000_000_000, value: "kept", text: "too", clientAt: 1 });
    const room = await openRoom();
    await settlePromises();
    expect(api.server.answers.get(11)).toMatchObject({ value: "kept", text: "too" });
    expect(room.state.answers[11]?.progress).toBe("saved");
  });

  it("works without a store on the device and warns", async () => {
    const room = makeRoom(() => Promise.reject(new Error("no IndexedDB")));
    await room.open();
    room.answer(11, "a", "done");
    await settlePromises();
    expect(room.state.queue.durable).toBe(false);
    expect(api.server.answers.get(11)?.value).toBe("a");
  });

  it("shows the receipt of an attempt that was handed in before", async () => {
    api.state = "submitted";
    api.receipt = "earlier";
    api.server.answers.set(11, { seq: 1, value: "a", text: null, saved_at: 1 });
    const room = await openRoom();
    expect(screenOf(room.state)).toBe("receipt");
    expect(room.state.receipt).toMatchObject({ receipt: "earlier", answered: 1, total: 2 });
  });
});

describe("lease", () => {
  it("closes when another tab or device takes over, and can be taken back without loss", async () => {
    const room = await openRoom();
    api.server.lease = "otherone-rest";
    newest().push(`attempt:${place.attempt}`, "attempt.lease_taken", { lease: "otherone", device: "x" });
    expect(screenOf(room.state)).toBe("moved");
    room.answer(11, "not here", "done");
    await settlePromises();
    expect(api.server.answers.size).toBe(0);
    await room.takeBack();
    expect(screenOf(room.state)).toBe("question");
    room.answer(11, "here", "done");
    await settlePromises();
    expect(api.server.answers.get(11)?.value).toBe("here");
  });

  it("is not shaken by the news of its own lease", async () => {
    const room = await openRoom();
    newest().push(`attempt:${place.attempt}`, "attempt.lease_taken", { lease: api.server.lease.slice(0, 8), device: "x" });
    expect(room.state.queue.gate).toBe("open");
  });

  it("is noticed on the next save, and keeps that answer for the next owner", async () => {
    const room = await openRoom();
    api.server.lease = "otherone-rest";
    room.answer(11, "typed in the old tab", "done");
    await settlePromises();
    expect(screenOf(room.state)).toBe("moved");
    expect((await store.read(11))?.value).toBe("typed in the old tab");
    await room.takeBack();
    await settlePromises();
    expect(api.server.answers.get(11)?.value).toBe("typed in the old tab");
  });

  it("moves at once between two tabs of one device, with what was not sent", async () => {
    api.down = null;
    const first = await openRoom();
    first.answer(11, "from the first tab", "typing");
    await settlePromises();
    const second = await openRoom();
    await settle();
    expect(screenOf(first.state)).toBe("moved");
    expect(api.server.answers.get(11)?.value).toBe("from the first tab");
    expect(second.state.answers[11]?.value).toBe("from the first tab");
  });

  it("a socket that was replaced shows it", async () => {
    const room = await openRoom();
    newest().tell("ended", "replaced");
    expect(screenOf(room.state)).toBe("moved");
    await room.takeBack();
    expect(place.sockets).toHaveLength(2);
    expect(screenOf(room.state)).toBe("question");
  });
});

describe("signed out", () => {
  it("keeps everything, and goes on when the candidate has signed in again", async () => {
    const room = await openRoom();
    api.down = new ApiError(401, { code: "signed_out" });
    room.answer(11, "typed while signed out", "done");
    await settlePromises();
    newest().tell("ended", "signed_out");
    expect(room.state.queue).toMatchObject({ gate: "signed_out", waiting: 1 });
    expect(screenOf(room.state)).toBe("question");
    await room.resume();
    expect(room.state.queue.gate).toBe("signed_out");
    api.down = null;
    await room.resume();
    await settlePromises();
    expect(api.server.answers.get(11)?.value).toBe("typed while signed out");
    expect(place.sockets.length).toBeGreaterThan(1);
  });
});

describe("invigilators", () => {
  it("pause hides the questions, keeps what was typed, and ends by itself", async () => {
    const room = await openRoom();
    room.answer(11, "half a sen", "typing");
    api.state = "paused";
    newest().push(`attempt:${place.attempt}`, "attempt.changed", { state: "paused", version: (place.api.version = 2), deadline: null, reason: "Fire alarm" });
    expect(screenOf(room.state)).toBe("paused");
    expect(room.state.hold?.reason).toBe("Fire alarm");
    await clock.pass(60_000);
    expect(api.server.answers.size).toBe(0);
    api.state = "running";
    api.deadline = 9_600_000;
    newest().push(`attempt:${place.attempt}`, "attempt.changed", { state: "running", version: (place.api.version = 3), deadline: 9_600_000, reason: "" });
    await settlePromises();
    expect(screenOf(room.state)).toBe("question");
    expect(room.state.deadline).toBe(9_600_000);
    expect(api.server.answers.get(11)?.value).toBe("half a sen");
  });

  it("does not doubt its saved answers because a pause hides them", async () => {
    const room = await openRoom();
    room.answer(11, "a", "done");
    await settlePromises();
    api.state = "paused";
    await room.refresh();
    expect(room.state.queue).toMatchObject({ gate: "paused", waiting: 0 });
    expect(room.state.questions).toHaveLength(2);
  });

  it("a snapshot that a push has overtaken does not bring an ended pause back", async () => {
    const room = await openRoom();
    api.state = "paused";
    api.version = 2;
    const slow = await api.snapshot();
    api.snapshot = () => Promise.resolve(slow);
    newest().push(`attempt:${place.attempt}`, "attempt.changed", { state: "running", version: 3, deadline: 9_600_000, reason: "" });
    await room.refresh();
    expect(screenOf(room.state)).toBe("question");
    expect(room.state).toMatchObject({ attempt: "running", deadline: 9_600_000, queue: { gate: "open" } });
  });

  it("a pause that only a save reveals works the same", async () => {
    const room = await openRoom();
    api.state = "paused";
    room.answer(11, "a", "done");
    await settlePromises();
    expect(room.state.queue.gate).toBe("paused");
    await room.refresh();
    expect(screenOf(room.state)).toBe("paused");
  });

  it("commands are confirmed as delivered, then as applied by the candidate's seen", async () => {
    const room = await openRoom();
    const command = { id: "c1", seq: 1, kind: "extend", text: "Alarm", extra_s: 300, by: "Ivo", issued_at: 5 };
    newest().push(`watch:${place.attempt}`, "command.issued", { command });
    newest().push(`watch:${place.attempt}`, "command.issued", { command });
    expect(room.state.notices).toHaveLength(1);
    room.seen("c1");
    newest().push(`watch:${place.attempt}`, "command.issued", { command });
    expect(room.state.notices).toHaveLength(0);
    const words = newest().calls.map(([topic, name, data]) => [topic, name, (data as { outcome: string }).outcome]);
    expect(words).toEqual(
      ["delivered", "delivered", "applied", "applied"].map((word) => [`watch:${place.attempt}`, "watch.ack", word]),
    );
  });

  it("an answer of the server that is older than the last push changes nothing", async () => {
    const room = await openRoom();
    newest().push(`attempt:${place.attempt}`, "attempt.changed", { state: "running", version: 2, deadline: 9_060_000, reason: "" });
    room.answer(11, "a", "done");
    await settlePromises();
    expect(room.state.answers[11]?.progress).toBe("saved");
    expect(room.state.deadline).toBe(9_060_000);
  });

  it("commands that came during an absence are in the snapshot of the topic", async () => {
    const room = await openRoom();
    const command = { id: "c1", seq: 1, kind: "message", text: "Hello", extra_s: 0, by: "Ivo", issued_at: 5 };
    newest().followers.get(`watch:${place.attempt}`)?.onSnapshot?.({ commands: [command], help: [], incidents: [], watchers: ["Ivo"] }, 0);
    expect(room.state).toMatchObject({ notices: [{ id: "c1" }], watchers: ["Ivo"] });
  });

  it("a noted fact is told and can be explained", async () => {
    const room = await openRoom();
    const incident = { id: 4, kind: "paste", state: "open", amount: 50, unit: "characters", last_at: 1, statement: "", owner: "", reason: "" };
    newest().push(`watch:${place.attempt}`, "incident.told", { incident });
    expect(room.state.incidents).toEqual([incident]);
    newest().answers["watch.explain"] = { ...incident, statement: "The laptop slept.\nmy own notes" };
    await room.calls.explain(incident, "my own notes");
    expect(newest().calls.at(-1)).toEqual([
      `watch:${place.attempt}`,
      "watch.explain",
      { incident_id: 4, text: "my own notes" },
    ]);
    expect(room.state.incidents[0]?.statement).toBe("The laptop slept.\nmy own notes");
  });

  it("facts are reported while the exam runs, and only then", async () => {
    const room = await openRoom();
    const fact = { kind: "paste", state: "open", amount: 50, at: 1 };
    await room.calls.report(fact);
    expect(newest().calls.at(-1)).toEqual([`watch:${place.attempt}`, "watch.observe", fact]);
    api.state = "paused";
    await room.refresh();
    await room.calls.report(fact);
    expect(newest().calls.filter(([, name]) => name === "watch.observe")).toHaveLength(1);
    newest().tell("ended", "signed_out");
    api.state = "running";
    await room.refresh();
    await expect(room.calls.report(fact)).rejects.toMatchObject({ code: "offline" });
  });

  it("a raised hand is kept with its answer", async () => {
    const room = await openRoom();
    await room.calls.askForHelp("h1", "I cannot read question 2");
    const [, name, data] = newest().calls.at(-1) ?? [];
    expect(name).toBe("watch.help");
    const help = { ...room.state.help[0], reply: "I come", answered_at: 9, answered_by: "Ivo" };
    newest().push(`watch:${place.attempt}`, "help.replied", { help });
    expect(room.state.help).toEqual([expect.objectContaining({ reply: "I come", id: (data as { help_id: string }).help_id })]);
  });
});

describe("where the candidate was", () => {
  it("is found again after a reload, with the marks", async () => {
    const before = await openRoom();
    before.go({ type: "marked", question: 12 });
    before.go({ type: "stepped", by: 1 });
    await settlePromises();
    const after = await openRoom();
    expect(after.state).toMatchObject({ current: 12, marked: { 12: true } });
  });

  it("stepping sends what was typed", async () => {
    const room = await openRoom();
    room.answer(11, "typed", "typing");
    room.go({ type: "stepped", by: 1 });
    await settlePromises();
    expect(api.server.answers.get(11)?.value).toBe("typed");
  });
});

it("says nothing to a socket that is gone", async () => {
  const room = makeRoom();
  await expect(room.calls.askForHelp("h2", "?")).rejects.toMatchObject({ code: "offline" });
});
