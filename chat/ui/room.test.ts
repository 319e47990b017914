import { describe, expect, it } from "vitest";
import {
  addUnsent, announcedEnd, applyEvent, applyOlder, applySnapshot, changeUnsent, confirmPosted, countAfter, dropUnsent, EMPTY,
  type Entry, lastShown, refuse, type Room, type Snapshot, type Unsent,
} from "$chat/room";

const ANA = { id: 1, name: "Ana", initials: "A", is_staff: false };
const BEN = { id: 2, name: "Ben", initials: "B", is_staff: false };
const LOCK = { sitting: 7, title: "Algebra", since: 50, until: 90 };

function text(seq: number, change: Partial<Entry> = {}): Entry {
  return {
    seq, kind: "text", at: seq * 10, body: `m${seq}`, author: BEN, client_id: `c${seq}`, attachment: null,
    removed: false, target: null, ...change,
  };
}

function snapshot(change: Partial<Snapshot> = {}): Snapshot {
  return {
    room: "r", title: "Maths", kind: "class", locked: false, sealed: false, locks: [], can_post: true,
    can_moderate: false, read: 1, reset: true, more: false, stays_open: ["history"], entries: [text(1), text(2)], ...change,
  };
}

const open = (): Room => applySnapshot(EMPTY, snapshot(), 2);
const sealed = (): Room => applySnapshot(open(), snapshot({ sealed: true, locked: true, can_post: false, locks: [LOCK], entries: [] }), 3);
const pushed = (entry: Entry) => ({ t: "chat.posted", top: "chat:r", seq: entry.seq, d: { entry } });
const unsent = (clientId: string, change: Partial<Unsent> = {}): Unsent =>
  ({ clientId, body: "hi", attachment: null, at: 5, status: "sending", code: "", ...change });
const numbers = (room: Room) => room.entries.map((entry) => entry.seq);

describe("snapshot", () => {
  it("fills an empty room", () => {
    const room = open();
    expect([room.phase, room.canPost, room.head, numbers(room)]).toEqual(["ready", true, 2, [1, 2]]);
  });

  it("continues after a reconnect without losing what was there", () => {
    const room = applySnapshot(open(), snapshot({ reset: false, more: true, entries: [text(3)] }), 3);
    expect(numbers(room)).toEqual([1, 2, 3]);
    expect(room.more).toBe(false); // a resume knows nothing of what is older
  });

  it("starts again when too much was missed", () => {
    const room = applySnapshot(open(), snapshot({ more: true, entries: [text(900)] }), 900);
    expect([numbers(room), room.more]).toEqual([[900], true]);
  });

  it("keeps the line of what is new where it was when the room was opened", () => {
    expect(applySnapshot(open(), snapshot({ read: 2, reset: false, entries: [] }), 2).readAtOpen).toBe(1);
  });

  it("applies changes that happened meanwhile to older entries", () => {
    const change = text(3, { kind: "system", target: 1, removed: true, author: null, body: "" });
    const room = applySnapshot(open(), snapshot({ reset: false, entries: [change] }), 3);
    expect(room.entries[0]).toMatchObject({ seq: 1, removed: true, body: "" });
    expect(numbers(room)).toEqual([1, 2]);
  });
});

describe("seal", () => {
  it("leaves nothing on the screen", () => {
    expect(sealed().entries).toEqual([]);
  });

  it("ignores text, older pages and acks while it lasts", () => {
    let room = applyEvent(sealed(), pushed(text(4)));
    room = applyOlder(room, { entries: [text(1)], more: true });
    room = confirmPosted(addUnsent(room, unsent("x")), "x", { seq: 5, at: 1 }, ANA);
    expect([room.entries, room.unsent]).toEqual([[], []]);
  });

  it("asks for a fresh snapshot when it ended while the client was away", () => {
    const room = applySnapshot(sealed(), snapshot({ reset: false, entries: [text(9)] }), 9);
    expect(room.needsFresh).toBe(true);
    expect(applySnapshot(room, snapshot(), 9).needsFresh).toBe(false);
  });
});

describe("events", () => {
  it("adds a message once, in its place", () => {
    let room = applyEvent(open(), pushed(text(4)));
    room = applyEvent(room, pushed(text(3)));
    room = applyEvent(room, pushed(text(4)));
    expect([numbers(room), room.head]).toEqual([[1, 2, 3, 4], 4]);
  });

  it("closes the room at once on a lock and asks what it means for us", () => {
    const room = applyEvent(open(), { t: "chat.locked", top: "chat:r", seq: 3, d: { lock: LOCK } });
    expect([room.locked, room.canPost, room.needsFresh, room.locks]).toEqual([true, false, true, [LOCK]]);
  });

  it("asks again on an unlock instead of guessing: another sitting may hold the room", () => {
    const locked = applyEvent(open(), { t: "chat.locked", top: "chat:r", seq: 3, d: { lock: LOCK } });
    const room = applyEvent({ ...locked, needsFresh: false }, { t: "chat.unlocked", top: "chat:r", seq: 4, d: {} });
    expect([room.locked, room.canPost, room.needsFresh]).toEqual([true, false, true]);
  });

  it("takes removals and verdicts of files", () => {
    const file = { id: "u", name: "n.pdf", size: 1, state: "quarantined" };
    let room = applySnapshot(EMPTY, snapshot({ entries: [text(1, { attachment: file }), text(2)] }), 2);
    const change = (target: number, removed: boolean, attachment_state: string | null) =>
      ({ t: "chat.changed", top: "chat:r", seq: 3, d: { target, removed, attachment_state } });
    room = applyEvent(room, change(1, false, "clean"));
    expect(room.entries[0]?.attachment?.state).toBe("clean");
    room = applyEvent(room, change(1, true, null));
    expect(room.entries[0]).toMatchObject({ removed: true, body: "", attachment: null });
  });

  it("ignores what it does not know", () => {
    const room = open();
    expect(applyEvent(room, { t: "chat.typing", top: "chat:r", d: {} })).toBe(room);
  });
});

describe("unsent messages", () => {
  it("turn into the line of the log by acknowledgement or by push, whichever comes first", () => {
    const waiting = addUnsent(open(), unsent("x"));
    const acked = confirmPosted(waiting, "x", { seq: 3, at: 30 }, ANA);
    expect([acked.unsent, numbers(acked)]).toEqual([[], [1, 2, 3]]);
    const twice = applyEvent(acked, pushed(text(3, { client_id: "x", author: ANA, body: "hi" })));
    expect(numbers(twice)).toEqual([1, 2, 3]);
    const first = applyEvent(waiting, pushed(text(3, { client_id: "x", author: ANA })));
    expect(first.unsent).toEqual([]);
    expect(confirmPosted(first, "x", { seq: 3, at: 30 }, ANA)).toEqual(first);
  });

  it("are recognised in a snapshot after a reload", () => {
    const reloaded = { ...EMPTY, unsent: [unsent("c2", { status: "failed" }), unsent("y", { status: "failed" })] };
    expect(applySnapshot(reloaded, snapshot(), 2).unsent.map((one) => one.clientId)).toEqual(["y"]);
  });

  it("fail with a reason and can be dropped", () => {
    let room = changeUnsent(addUnsent(open(), unsent("x")), "x", { status: "failed", code: "chat_locked" });
    expect(room.unsent[0]).toMatchObject({ status: "failed", code: "chat_locked" });
    room = dropUnsent(room, "x");
    expect(room.unsent).toEqual([]);
  });
});

it("counts the unseen of others only", () => {
  let room = applyEvent(open(), pushed(text(3)));
  room = applyEvent(room, pushed(text(4, { author: ANA })));
  expect([countAfter(room, 2, ANA.id), lastShown(room), lastShown(EMPTY)]).toEqual([1, 4, 0]);
});

it("shows nothing of a room that was refused", () => {
  expect(refuse(open(), "room_not_found")).toMatchObject({ phase: "refused", refusal: "room_not_found", entries: [] });
});

it("knows when the last of several locks is to end", () => {
  const locked = (locks: Snapshot["locks"]) => applySnapshot(EMPTY, snapshot({ locked: true, locks }), 1);
  expect(announcedEnd(open())).toBeNull();
  expect(announcedEnd(locked([LOCK, { ...LOCK, sitting: 8, until: 120 }]))).toBe(120);
  expect(announcedEnd(locked([LOCK, { ...LOCK, sitting: 8, until: null }]))).toBeNull();
});
