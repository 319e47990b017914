import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { ApiError } from "$web/api";
import { settlePromises } from "../autosave/testing";
import { tallyOf } from "../cells";
import { mayTurnAtOnce, screenOf } from "../player";
import { Place, offline } from "./fakes";
import type { Room } from "./room";
import { question } from "./testing";

let place: Place;
let clock: Place["clock"];
let api: Place["api"];

const asked = (...ids: number[]) => ids.map((id, index) => question({ id, number: index + 1, kind: "char" }));
const shown = (room: Room) => room.state.questions.map((one) => one.id);

beforeEach(() => {
  place = new Place();
  ({ clock, api } = place);
  api.turnPages(asked(11, 12), asked(21, 22), asked(31));
});

afterEach(() => place.close());

async function turned(room: Room, ms = 1_000): Promise<void> {
  const turning = room.turn();
  await clock.pass(ms);
  await turning;
}

describe("the end of a page", () => {
  it("comes after its last question, and after the last page's the hand-in", async () => {
    const room = await place.openRoom();
    room.forward();
    room.forward();
    expect(screenOf(room.state)).toBe("page_end");
    room.go({ type: "stepped", by: -1 });
    expect(room.state).toMatchObject({ screen: "question", current: 12 });
    await turned(room);
    await turned(room);
    expect(shown(room)).toEqual([31]);
    room.forward();
    expect(screenOf(room.state)).toBe("hand_in");
  });

  it("saves everything, then opens the next page at its first question, with no mark of the old one", async () => {
    const room = await place.openRoom();
    room.go({ type: "marked", question: 12 });
    room.answer(11, "typed just now", "typing");
    await turned(room);
    expect(api.server.answers.get(11)?.value).toBe("typed just now");
    expect(api.calls.indexOf("save")).toBeLessThan(api.calls.indexOf("advance"));
    expect(room.state).toMatchObject({ screen: "question", current: 21, turning: false, marked: {}, fault: "" });
    expect(room.state.page).toEqual({ number: 2, is_last: false, asked_before: 2 });
    expect(Object.keys(room.state.answers)).toEqual([]);
  });

  it("asks for what must be answered before the server is asked", async () => {
    api.turnPages([question({ id: 11, kind: "char", required: true })], asked(21));
    const room = await place.openRoom();
    await turned(room);
    expect(api.calls).not.toContain("advance");
    expect(room.state).toMatchObject({ screen: "page_end", turning: false, fault: "answers_required" });
    expect(tallyOf(room.state).required.map((cell) => cell.id)).toEqual([11]);
    room.answer(11, "now", "done");
    await turned(room);
    expect(shown(room)).toEqual([21]);
  });

  it("says so when the server wants an answer that this page does not know of", async () => {
    api.advanceErrors = [new ApiError(409, { code: "answers_required", data: { questions: [11] } })];
    const room = await place.openRoom();
    await turned(room);
    expect(room.state).toMatchObject({ screen: "page_end", turning: false, fault: "answers_required" });
  });

  it("sends again what the server lacks", async () => {
    const room = await place.openRoom();
    room.answer(11, "a", "done");
    await settlePromises();
    api.server.answers.clear();
    await turned(room, 5_000);
    expect(api.server.answers.get(11)?.value).toBe("a");
    expect(shown(room)).toEqual([21, 22]);
  });

  it("leads to the hand-in when nothing follows after all", async () => {
    api.tellsLast = false;
    const room = await place.openRoom();
    await turned(room);
    await turned(room);
    expect(room.state.page.is_last).toBe(false);
    await turned(room);
    expect(room.state).toMatchObject({ screen: "hand_in", turning: false, endsHere: true });
    room.go({ type: "went", question: 31 });
    room.answer(31, "another answer may lead on", "done");
    room.forward();
    expect(room.state).toMatchObject({ screen: "page_end", endsHere: false });
    await turned(room);
    expect(room.state.screen).toBe("hand_in");
    const handed = room.submit();
    await clock.pass(2_000);
    await handed;
    expect(screenOf(room.state)).toBe("receipt");
  });

  it("lets who wants to end here hand in without the rest", async () => {
    const room = await place.openRoom();
    room.answer(11, "a", "done");
    room.go({ type: "reviewed", open: true });
    expect(screenOf(room.state)).toBe("page_end");
    room.go({ type: "reviewed", open: true, all: true });
    expect(screenOf(room.state)).toBe("hand_in");
    const handed = room.submit();
    await clock.pass(2_000);
    await handed;
    expect(screenOf(room.state)).toBe("receipt");
  });
});

describe("going on without a network", () => {
  it("waits, keeps what is answered, and goes on by itself when it is back", async () => {
    const room = await place.openRoom();
    api.down = offline();
    room.answer(11, "offline", "done");
    const turning = room.turn();
    await clock.pass(30_000);
    expect(room.state).toMatchObject({ screen: "page_end", turning: true });
    expect(room.state.answers[11]?.progress).toBe("waiting");
    api.down = null;
    await clock.pass(40_000);
    await turning;
    expect(shown(room)).toEqual([21, 22]);
    expect(api.server.answers.get(11)?.value).toBe("offline");
  });

  it("is called off by looking at a question again, which may then be changed", async () => {
    const room = await place.openRoom();
    api.down = offline();
    void room.turn();
    await clock.pass(5_000);
    room.go({ type: "went", question: 11 });
    expect(room.state).toMatchObject({ screen: "question", current: 11, turning: false });
    api.down = null;
    room.answer(11, "changed", "done");
    await clock.pass(40_000);
    expect(api.server.page).toBe(1);
    expect(api.server.answers.get(11)?.value).toBe("changed");
  });

  it("is done once although the reply got lost", async () => {
    const room = await place.openRoom();
    room.answer(11, "a", "done");
    await settlePromises();
    api.losesReplies = true;
    const turning = room.turn();
    await clock.pass(10_000);
    expect(api.server.page).toBe(2);
    expect(room.state.turning).toBe(true);
    api.losesReplies = false;
    await clock.pass(30_000);
    await turning;
    expect(api.server.page).toBe(2);
    expect(shown(room)).toEqual([21, 22]);
  });

  it("was called off too late: what is changed then is refused, said, and the next page opens", async () => {
    const room = await place.openRoom();
    api.losesReplies = true;
    void room.turn();
    await clock.pass(2_000);
    api.losesReplies = false;
    api.down = offline();
    room.cancel();
    room.answer(11, "too late", "done");
    await clock.pass(1_000);
    api.down = null;
    await clock.pass(30_000);
    expect(shown(room)).toEqual([21, 22]);
    expect(room.state.answers[11]).toMatchObject({ progress: "refused", code: "page_closed", value: "too late" });
    room.answer(21, "goes on", "done");
    await turned(room, 3_000);
    expect(shown(room)).toEqual([31]);
    expect(api.server.answers.get(21)?.value).toBe("goes on");
  });
});

describe("one question a page", () => {
  beforeEach(() => api.turnPages(asked(11), asked(21), asked(31)));

  it("goes on at once when it is answered", async () => {
    const room = await place.openRoom();
    room.answer(11, "a", "done");
    expect(mayTurnAtOnce(room.state)).toBe(true);
    room.forward();
    await clock.pass(1_000);
    expect(shown(room)).toEqual([21]);
  });

  it("asks first when it is not, so that a second press closes nothing unseen", async () => {
    const room = await place.openRoom();
    room.answer(11, "a", "done");
    room.forward();
    room.forward();
    await clock.pass(1_000);
    room.forward();
    await clock.pass(1_000);
    expect(shown(room)).toEqual([21]);
    expect(screenOf(room.state)).toBe("page_end");
    expect(api.calls.filter((call) => call === "advance")).toHaveLength(1);
  });
});

describe("a reload in the middle", () => {
  it("opens the same page with its answers and marks, and nothing of those before", async () => {
    const before = await place.openRoom();
    before.answer(11, "one", "done");
    await turned(before);
    before.answer(21, "two", "done");
    before.go({ type: "marked", question: 22 });
    before.go({ type: "went", question: 22 });
    await settlePromises();
    before.close();
    const after = await place.openRoom();
    await settlePromises();
    expect(shown(after)).toEqual([21, 22]);
    expect(after.state).toMatchObject({ current: 22, marked: { 22: true } });
    expect(Object.keys(after.state.answers)).toEqual(["21"]);
    expect((await place.store.load()).answers.map((kept) => kept.question)).toEqual([21]);
  });

  it("without a network shows no page that was closed", async () => {
    const before = await place.openRoom();
    await clock.pass(2_000);
    await turned(before);
    await clock.pass(10);
    before.close();
    expect(place.papers.paper?.snapshot.questions?.map((one) => one.id)).toEqual([21, 22]);
    api.down = offline();
    const after = place.makeRoom();
    void after.open();
    await clock.pass(5_000);
    expect(shown(after)).toEqual([21, 22]);
    expect(after.state.page.number).toBe(2);
  });

  it("lets the server's page win over the device's copy", async () => {
    const before = await place.openRoom();
    await clock.pass(2_000);
    before.close();
    api.down = offline();
    const after = place.makeRoom();
    const opening = after.open();
    await clock.pass(5_000);
    expect(shown(after)).toEqual([11, 12]);
    after.answer(11, "on the old page", "done");
    api.server.turn(1, {}, [21, 22]);
    api.down = null;
    await clock.pass(40_000);
    await opening;
    expect(shown(after)).toEqual([21, 22]);
    expect(after.state.answers[11]).toMatchObject({ progress: "refused", code: "page_closed" });
  });
});

describe("two tabs", () => {
  it("the one that takes back opens where the other one went on", async () => {
    const one = await place.openRoom();
    one.answer(11, "of one", "done");
    await settlePromises();
    const two = await place.openRoom();
    await turned(two);
    expect(shown(two)).toEqual([21, 22]);
    one.answer(12, "not mine any more", "done");
    await one.takeBack();
    await settlePromises();
    expect(shown(one)).toEqual([21, 22]);
    expect(api.server.answers.has(12)).toBe(false);
  });

  it("one that lost the lease does not go on", async () => {
    const room = await place.openRoom();
    api.advanceErrors = [new ApiError(409, { code: "lease_lost" })];
    await turned(room);
    expect(screenOf(room.state)).toBe("moved");
    expect(api.server.page).toBe(1);
  });
});

it("no older word brings a closed page back", async () => {
  const room = await place.openRoom();
  const old = await api.snapshot();
  await turned(room);
  room.dispatch({ type: "snapshot", snapshot: old, at: 1 });
  expect(shown(room)).toEqual([21, 22]);
});
