import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { ApiError } from "$web/api";
import { settlePromises } from "../autosave/testing";
import { tallyOf } from "../cells";
import { screenOf } from "../player";
import { Place, offline } from "./fakes";

let place: Place;
let clock: Place["clock"];
let api: Place["api"];
let store: Place["store"];
const openRoom = () => place.openRoom();

beforeEach(() => {
  place = new Place();
  ({ clock, api, store } = place);
});

afterEach(() => place.close());

describe("handing in", () => {
  it("saves everything first, confirms by the digest, and wipes the device", async () => {
    const room = await openRoom();
    room.answer(11, "a", "typing");
    const handed = room.submit();
    expect(room.state.handingIn).toBe(true);
    await clock.pass(1_000);
    await handed;
    expect(api.calls.indexOf("save")).toBeLessThan(api.calls.indexOf("submit"));
    expect(screenOf(room.state)).toBe("receipt");
    expect(room.state.receipt).toMatchObject({ receipt: "receipt-1", answered: 1 });
    expect((await store.load()).answers).toEqual([]);
  });

  it("sends again what the server says is missing", async () => {
    const room = await openRoom();
    room.answer(11, "a", "done");
    await settlePromises();
    api.server.answers.clear();
    api.submitErrors = [new ApiError(409, { code: "answers_missing", data: { missing: [11] } })];
    const handed = room.submit();
    await clock.pass(10_000);
    await handed;
    expect(api.server.answers.get(11)?.value).toBe("a");
    expect(screenOf(room.state)).toBe("receipt");
  });

  it("goes through although the server refused an answer, which stays on the device", async () => {
    api.refuses.add(12);
    const room = await openRoom();
    room.answer(11, "good", "done");
    room.answer(12, "never taken", "done");
    await settlePromises();
    expect(tallyOf(room.state).refused.map((cell) => cell.id)).toEqual([12]);
    const handed = room.submit();
    await clock.pass(60_000);
    expect(screenOf(room.state)).toBe("receipt");
    await handed;
    expect((await store.read(12))?.value).toBe("never taken");
  });

  it("waits for the network and then goes through by itself", async () => {
    const room = await openRoom();
    room.answer(11, "a", "done");
    await settlePromises();
    api.down = offline();
    const handed = room.submit();
    await clock.pass(60_000);
    expect(room.state).toMatchObject({ handingIn: true, receipt: null });
    api.down = null;
    await clock.pass(30_000);
    await handed;
    expect(screenOf(room.state)).toBe("receipt");
  });

  it("can be called off while it waits", async () => {
    const room = await openRoom();
    api.down = offline();
    const handed = room.submit();
    await clock.pass(5_000);
    room.cancel();
    api.down = null;
    await clock.pass(60_000);
    await handed;
    expect(api.calls.filter((call) => call === "submit").length).toBeGreaterThan(0);
    expect(room.state).toMatchObject({ handingIn: false, receipt: null });
    expect(screenOf(room.state)).toBe("question");
  });

  it("can be pressed again at once after it was called off", async () => {
    const room = await openRoom();
    api.down = offline();
    const first = room.submit();
    await clock.pass(30_000);
    room.cancel();
    api.down = null;
    const again = room.submit();
    expect(room.state.handingIn).toBe(true);
    await clock.pass(60_000);
    await Promise.all([first, again]);
    expect(screenOf(room.state)).toBe("receipt");
  });

  it("takes no refusal from a run that was called off", async () => {
    const room = await openRoom();
    let refuse: (error: ApiError) => void = () => {};
    const submit = api.submit.bind(api);
    api.submit = () => new Promise((_, reject) => (refuse = reject));
    const first = room.submit();
    await clock.pass(1_000);
    room.cancel();
    api.down = offline();
    api.submit = submit;
    const again = room.submit();
    refuse(new ApiError(400, { code: "bad_message" }));
    await first;
    expect(room.state).toMatchObject({ handingIn: true, fault: "" });
    api.down = null;
    await clock.pass(60_000);
    await again;
    expect(screenOf(room.state)).toBe("receipt");
  });

  it("shows the end when the server ended the attempt meanwhile", async () => {
    const room = await openRoom();
    api.state = "expired";
    api.submitErrors = [new ApiError(409, { code: "attempt_ended" })];
    const handed = room.submit();
    await clock.pass(2_000);
    await handed;
    expect(screenOf(room.state)).toBe("ended");
  });

  it("does not hide a refusal", async () => {
    const room = await openRoom();
    api.submitErrors = [new ApiError(400, { code: "bad_message" })];
    const handed = room.submit();
    await clock.pass(2_000);
    await handed;
    expect(room.state).toMatchObject({ handingIn: false, fault: "bad_message" });
  });
});

describe("an end without a network", () => {
  const questions = Array.from({ length: 45 }, (_, index) => ({ id: index + 1, number: index + 1, kind: "char" }));

  /** 45 answers typed while the network was away; then the server ended the attempt. */
  async function typedOffline() {
    api.questions = questions as typeof api.questions;
    const room = await openRoom();
    api.down = offline();
    for (const { id } of questions) room.answer(id, `answer ${id}`, "done");
    await clock.pass(60_000);
    api.state = "expired";
    api.receipt = "auto";
    return room;
  }

  it("hands every answer over for a decision when the network is back", async () => {
    const room = await typedOffline();
    api.down = null;
    await room.refresh();
    await clock.pass(60_000);
    expect(api.server.held.size).toBe(45);
    expect(room.state.queue.waiting).toBe(0);
  });

  it("does so after a reload, when there is no lease any more", async () => {
    const before = await typedOffline();
    before.close();
    api.down = null;
    const after = await openRoom();
    await clock.pass(60_000);
    expect(api.server.held.size).toBe(45);
    expect(after.state.queue.waiting).toBe(0);
  });

  it("does so for what an old device did not send before another one took over", async () => {
    const room = await openRoom();
    api.down = offline();
    room.answer(11, "unsent", "done");
    await clock.pass(10_000);
    api.server.lease = "otherone-rest";
    api.down = null;
    place.socket.push(`attempt:${place.attempt}`, "attempt.lease_taken", { lease: "otherone", device: "x" });
    await settlePromises();
    expect(screenOf(room.state)).toBe("moved");
    expect(api.server.held.get(11)).toBe("unsent");
  });
});

describe("the deadline", () => {
  it("sends what was typed, takes nothing more, and asks how it ended", async () => {
    api.deadline = clock.now() + 10_000;
    const room = await openRoom();
    await clock.pass(9_900);
    room.answer(11, "in time", "typing");
    await clock.pass(100);
    room.tick();
    room.answer(11, "too late", "done");
    await settlePromises();
    expect(api.server.answers.get(11)?.value).toBe("in time");
    expect(room.deadline.isOver).toBe(true);
    api.state = "expired";
    api.receipt = "auto";
    for (let second = 0; second < 7; second += 1) {
      await clock.pass(1_000);
      room.tick();
    }
    expect(screenOf(room.state)).toBe("receipt");
  });

  it("asks no more often than every five seconds", async () => {
    api.deadline = clock.now() + 1_000;
    const room = await openRoom();
    const before = api.calls.length;
    for (let second = 0; second < 21; second += 1) {
      await clock.pass(1_000);
      room.tick();
    }
    expect(api.calls.length - before).toBeLessThanOrEqual(5);
  });
});
