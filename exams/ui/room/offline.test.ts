import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { ApiError } from "$web/api";
import { settlePromises } from "../autosave/testing";
import { screenOf } from "../player";
import { bannerOf, saveWordOf } from "../saving";
import { COPY_REST_MS } from "./device_copy";
import { options, question } from "./testing";
import { Place, offline } from "./fakes";
import type { Room } from "./room";

let place: Place;
let clock: Place["clock"];
let api: Place["api"];

beforeEach(() => {
  place = new Place();
  ({ clock, api } = place);
  Object.defineProperty(place.store, "durable", { value: true });
});

afterEach(() => place.close());

/** Work online, so that the device has a copy, then lose the network and the page. */
async function workThenLeave(work: (room: Room) => void = () => {}): Promise<void> {
  const room = await place.openRoom();
  work(room);
  await clock.pass(COPY_REST_MS + 100);
  room.close();
  api.down = offline();
}

async function reload(): Promise<Room> {
  const room = place.makeRoom();
  void room.open();
  await settlePromises();
  await clock.pass(0);
  return room;
}

async function networkIsBack(room: Room): Promise<void> {
  api.down = null;
  await room.resume();
  await clock.pass(100);
}

describe("a reload without a network", () => {
  it("shows the questions, the answers and the banner at once", async () => {
    await workThenLeave((room) => room.answer(11, "online", "done"));
    const room = await reload();
    expect(screenOf(room.state)).toBe("question");
    expect(room.state.questions).toHaveLength(2);
    expect(room.state.answers[11]).toMatchObject({ value: "online", progress: "saved" });
    expect(bannerOf(room.state, clock.now())).toBe("offline");
    expect(room.state.reloadable).toBe(true);
  });

  it("goes on with the time of the server as the device's clock has it", async () => {
    await workThenLeave();
    const { paper } = place.papers;
    const away = 600_000;
    if (paper) paper.deviceTime = Date.now() - away;
    const room = await reload();
    expect(room.deadline.isOver).toBe(false);
    expect(place.serverNow() - (paper?.serverTime ?? 0)).toBeGreaterThanOrEqual(away);
    if (paper) paper.deviceTime = Date.now() - 9_000_000;
    expect((await reload()).deadline.isOver).toBe(true);
  });

  it("keeps new answers on the device, says so, and sends them when the network is back", async () => {
    await workThenLeave((room) => room.answer(11, "online", "done"));
    const room = await reload();
    room.answer(12, "without a network", "done");
    await clock.pass(5_000);
    expect(saveWordOf(room.state)).toBe("on_device");
    expect((await place.store.read(12))?.value).toBe("without a network");
    expect(api.server.answers.get(12)).toBeUndefined();
    await networkIsBack(room);
    expect(api.server.answers.get(12)?.value).toBe("without a network");
    expect(room.state.fromDevice).toBe(false);
    expect(bannerOf(room.state, clock.now())).toBeNull();
    expect(saveWordOf(room.state)).toBe("saved");
  });

  it("never says saved of what the server had not acknowledged", async () => {
    const room = await place.openRoom();
    await clock.pass(COPY_REST_MS);
    api.down = offline();
    room.answer(11, "not sent", "done");
    await clock.pass(COPY_REST_MS);
    room.close();
    expect((await reload()).state.answers[11]?.progress).toBe("waiting");
  });

  it("keeps trying by itself", async () => {
    await workThenLeave();
    const room = await reload();
    await clock.pass(60_000);
    expect(api.calls.filter((call) => call === "snapshot").length).toBeGreaterThan(4);
    api.down = null;
    await clock.pass(20_000);
    expect(room.state.queue.gate).toBe("open");
  });

  it("finds the words beside an answer too, and sends them when the network is back", async () => {
    const [mars, other] = options("Mars", "another one");
    api.questions = [question({ id: 11, kind: "choice", choices: [mars!, { ...other!, text_response: true }] })];
    const before = await place.openRoom();
    before.answer(11, [2], "done");
    before.write(11, "Pluto", "done");
    await clock.pass(COPY_REST_MS);
    api.down = offline();
    before.write(11, "Pluto, of old", "typing");
    await clock.pass(100);
    before.close();
    const after = await reload();
    expect(after.state.answers[11]).toMatchObject({ value: [2], text: "Pluto, of old", progress: "waiting" });
    after.answer(11, [1], "done");
    expect(after.state.answers[11]).toMatchObject({ value: [1], text: null });
    after.answer(11, [2], "done");
    api.down = null;
    await clock.pass(30_000);
    expect(api.server.answers.get(11)).toMatchObject({ value: [2], text: "Pluto, of old" });
    expect(after.state.answers[11]?.progress).toBe("saved");
  });

  it("a second reload finds what was entered after the first", async () => {
    await workThenLeave();
    const first = await reload();
    first.answer(12, "between two reloads", "done");
    await clock.pass(100);
    first.close();
    expect((await reload()).state.answers[12]).toMatchObject({ value: "between two reloads", progress: "waiting" });
  });

  it("waits for the server when the device has no copy", async () => {
    api.down = offline();
    const room = await reload();
    expect(screenOf(room.state)).toBe("failed");
    expect(bannerOf(room.state, clock.now())).toBeNull();
  });

  it.each([502, 503, 0])("a server that is away (%d) is no different from a network that is", async (status) => {
    await workThenLeave();
    api.down = new ApiError(status, { code: "server_error" });
    expect(screenOf((await reload()).state)).toBe("question");
  });
});

describe("what the server says afterwards wins:", () => {
  it("a pause", async () => {
    await workThenLeave();
    const room = await reload();
    api.state = "paused";
    await networkIsBack(room);
    expect(screenOf(room.state)).toBe("paused");
    expect(room.state.queue.gate).toBe("paused");
  });

  it("a pause that the device remembers, and its end", async () => {
    const before = await place.openRoom();
    api.state = "paused";
    await before.refresh();
    await clock.pass(COPY_REST_MS);
    before.close();
    api.down = offline();
    const room = await reload();
    expect(screenOf(room.state)).toBe("paused");
    api.state = "running";
    await networkIsBack(room);
    expect(screenOf(room.state)).toBe("question");
  });

  it.each(["expired", "terminated", "submitted"] as const)("the end (%s), and what was not sent is handed over for a decision", async (state) => {
    await workThenLeave();
    const room = await reload();
    room.answer(12, "too late", "done");
    await clock.pass(100);
    api.state = state;
    await networkIsBack(room);
    expect(screenOf(room.state)).toBe("ended");
    expect(room.state.queue).toMatchObject({ gate: "over", waiting: 0, held: 1 });
    expect(place.api.server.held.get(12)).toBe("too late");
    expect((await place.store.read(12))?.value).toBe("too late");
    expect(place.papers.paper).toBeNull();
    expect(place.pageKept).toBe(false);
  });

  it("another device that went on meanwhile keeps the lease; one press takes it back with what was entered", async () => {
    await workThenLeave();
    const room = await reload();
    room.answer(12, "from here", "done");
    api.server.lease = "otherone-rest";
    await networkIsBack(room);
    expect(screenOf(room.state)).toBe("moved");
    expect(api.server.lease).toBe("otherone-rest");
    expect(api.server.answers.get(12)).toBeUndefined();
    await room.takeBack();
    await clock.pass(100);
    expect(screenOf(room.state)).toBe("question");
    expect(api.server.answers.get(12)?.value).toBe("from here");
  });

  it("signed out: the paper stays, and signing in again goes on", async () => {
    await workThenLeave();
    const room = await reload();
    room.answer(12, "kept", "done");
    api.down = new ApiError(401, { code: "signed_out" });
    await room.resume();
    await clock.pass(100);
    expect(bannerOf(room.state, clock.now())).toBe("signed_out");
    expect(screenOf(room.state)).toBe("question");
    await networkIsBack(room);
    expect(api.server.answers.get(12)?.value).toBe("kept");
  });

  it.each([403, 404])("not of who is signed in (%d): the paper goes from the screen and the device, the answers stay", async (status) => {
    await workThenLeave();
    const room = await reload();
    room.answer(12, "of Ana", "done");
    await clock.pass(10);
    api.down = new ApiError(status, { code: "attempt_unknown" });
    await room.resume();
    await clock.pass(100);
    expect(screenOf(room.state)).toBe("failed");
    expect(room.state.questions).toEqual([]);
    expect(place.papers.paper).toBeNull();
    expect(place.pageKept).toBe(false);
    expect((await place.store.read(12))?.value).toBe("of Ana");
  });
});

describe("the copy", () => {
  it("comes back, with the page, when the same person has signed in again", async () => {
    const room = await place.openRoom();
    await clock.pass(COPY_REST_MS);
    api.down = new ApiError(401, { code: "signed_out" });
    room.answer(11, "while signed out", "done");
    await clock.pass(COPY_REST_MS);
    place.papers.purge();
    place.pageKept = false;
    await clock.pass(COPY_REST_MS);
    expect(place.papers.paper).toBeNull();
    await networkIsBack(room);
    await clock.pass(COPY_REST_MS);
    expect(place.papers.paper?.snapshot.answers[11]?.value).toBe("while signed out");
    expect(place.pageKept).toBe(true);
  });

  it("of an exam that was over long ago is not shown, and goes", async () => {
    await workThenLeave();
    if (place.papers.paper) place.papers.paper.deviceTime -= 24 * 3_600_000;
    expect(screenOf((await reload()).state)).toBe("failed");
    expect(place.papers.paper).toBeNull();
  });

  it("is written once the server has answered, and follows what it acknowledges", async () => {
    const room = await place.openRoom();
    await clock.pass(0);
    expect(place.papers.paper?.snapshot.questions).toHaveLength(2);
    expect(place.papers.claims).toBeGreaterThan(0);
    room.answer(11, "a", "done");
    await clock.pass(COPY_REST_MS + 100);
    expect(place.papers.paper?.snapshot.answers[11]?.value).toBe("a");
    expect(place.papers.paper?.lease).toBe(api.server.lease.slice(0, 8));
    expect(place.pageKept).toBe(true);
  });

  it("goes with the hand-in", async () => {
    const room = await place.openRoom();
    await clock.pass(COPY_REST_MS);
    void room.submit();
    await clock.pass(1_000);
    expect(screenOf(room.state)).toBe("receipt");
    expect(place.papers.paper).toBeNull();
    expect(place.pageKept).toBe(false);
  });

  it("is not written by a page that opened from it", async () => {
    await workThenLeave();
    place.papers.claims = 0;
    const room = await reload();
    const before = JSON.stringify(place.papers.paper);
    room.answer(12, "x", "done");
    await clock.pass(10_000);
    expect(JSON.stringify(place.papers.paper)).toBe(before);
    expect(place.papers.claims).toBe(0);
  });
});

describe("handing in without a network", () => {
  it("after a reload waits, keeps waiting, and is done when the network is back", async () => {
    await workThenLeave();
    const room = await reload();
    room.answer(12, "last word", "done");
    void room.submit();
    await clock.pass(30_000);
    expect(room.state).toMatchObject({ handingIn: true, receipt: null });
    expect(api.calls).not.toContain("submit");
    await networkIsBack(room);
    await clock.pass(40_000);
    expect(screenOf(room.state)).toBe("receipt");
    expect(api.server.answers.get(12)?.value).toBe("last word");
  });

  it("ends its waiting when the server says that the exam is over", async () => {
    await workThenLeave();
    const room = await reload();
    void room.submit();
    api.state = "terminated";
    await networkIsBack(room);
    await clock.pass(60_000);
    expect(screenOf(room.state)).toBe("ended");
    expect(room.state.handingIn).toBe(false);
    expect(api.calls).not.toContain("submit");
  });
});
