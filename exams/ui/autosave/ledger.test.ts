import { describe, expect, it } from "vitest";
import { Ledger, TAB_MARKS } from "./ledger";

const kept = (question: number, seq: number, value: string) => ({ question, seq, value, text: null, clientAt: 1 });

describe("numbers", () => {
  it("rise with each edit, also when the clock stands still or goes back", () => {
    const ledger = new Ledger(3);
    const seqs = [1000, 1000, 400, 1005].map((now) => ledger.edit(1, "x", now).seq);
    expect([...seqs].sort((one, other) => one - other)).toEqual(seqs);
    expect(new Set(seqs).size).toBe(4);
  });

  it("carry the tab's mark, so two tabs never give the same", () => {
    const [one, two] = [new Ledger(3), new Ledger(4)];
    const seqs = [one.edit(1, "x", 1000), two.edit(1, "x", 1000)].map((entry) => entry.seq);
    expect(seqs.map((seq) => seq % TAB_MARKS)).toEqual([3, 4]);
  });

  it("stay exact integers far into the future", () => {
    const year2200 = 7_258_118_400_000;
    expect(Number.isSafeInteger(new Ledger(1023).edit(1, "x", year2200).seq)).toBe(true);
  });

  it("are above whatever the device or the server has seen", () => {
    const ledger = new Ledger();
    ledger.adopt(kept(1, 9e12, "a"));
    expect(ledger.edit(2, "x", 5).seq).toBeGreaterThan(9e12);
    ledger.meetServer({ 3: { seq: 9.5e12, value: "b", text: null, saved_at: 1 } });
    expect(ledger.edit(2, "x", 5).seq).toBeGreaterThan(9.5e12);
    ledger.acknowledge(4, 9.9e12, 1);
    expect(ledger.edit(2, "x", 5).seq).toBeGreaterThan(9.9e12);
  });
});

describe("the server's snapshot", () => {
  it("wins with a higher number, acknowledges an equal one, yields to a newer edit", () => {
    const ledger = new Ledger();
    ledger.adopt(kept(1, 10, "mine"));
    ledger.adopt(kept(2, 10, "mine"));
    ledger.adopt(kept(3, 10, "mine"));
    ledger.meetServer({
      1: { seq: 11, value: "theirs", text: "theirs too", saved_at: 100 },
      2: { seq: 10, value: "mine", text: null, saved_at: 200 },
      3: { seq: 9, value: "older", text: null, saved_at: 100 },
    });
    expect(ledger.get(1)).toMatchObject({ value: "theirs", text: "theirs too", progress: "saved", savedAt: 100 });
    expect(ledger.get(2)).toMatchObject({ value: "mine", progress: "saved", onDevice: true });
    expect(ledger.get(2)?.savedAt).toBe(200);
    expect(ledger.get(3)).toMatchObject({ value: "mine", progress: "waiting" });
  });
});

describe("refusals", () => {
  it("touch only the edit they speak of", () => {
    const ledger = new Ledger();
    const first = ledger.edit(1, "a", 1);
    const second = ledger.edit(1, "b", 2);
    ledger.refuse(1, first.seq, "late");
    expect(ledger.get(1)?.progress).toBe("waiting");
    ledger.refuse(1, second.seq, "late");
    expect(ledger.get(1)).toMatchObject({ progress: "refused", code: "late" });
    ledger.reopen([1, 99]);
    expect(ledger.get(1)).toMatchObject({ progress: "waiting", code: "" });
  });

  it("do not undo an acknowledgement", () => {
    const ledger = new Ledger();
    const { seq } = ledger.edit(1, "a", 1);
    ledger.acknowledge(1, seq, 5);
    ledger.refuse(1, seq, "late");
    expect(ledger.get(1)?.progress).toBe("saved");
  });
});

it("the digest names the number of every answer, cleared ones too", () => {
  const ledger = new Ledger();
  const { seq } = ledger.edit(1, null, 7);
  ledger.adopt(kept(2, 12, "b"));
  expect(ledger.digest()).toEqual({ 1: seq, 2: 12 });
});

it("the digest leaves out what the server refused: it could never be found there", () => {
  const ledger = new Ledger();
  const refused = ledger.edit(1, "too long", 7);
  const saved = ledger.edit(2, "b", 7);
  ledger.refuse(1, refused.seq, "too_long");
  expect(ledger.digest()).toEqual({ 2: saved.seq });
});

it("waiting answers come oldest first", () => {
  const ledger = new Ledger();
  ledger.edit(2, "a", 1);
  ledger.edit(1, "b", 2);
  ledger.edit(2, "c", 3);
  expect(ledger.waiting().map((entry) => entry.question)).toEqual([1, 2]);
});

describe("the words beside an answer", () => {
  it("count up the same number, and stay when only the answer changes", () => {
    const ledger = new Ledger();
    const first = ledger.edit(1, [5], 7, "because");
    const second = ledger.edit(1, [6], 7);
    expect(second).toMatchObject({ value: [6], text: "because" });
    expect(second.seq).toBeGreaterThan(first.seq);
    expect(ledger.edit(1, [6], 7, null).text).toBeNull();
  });

  it("get a new number together with their answer", () => {
    const ledger = new Ledger();
    ledger.edit(1, [5], 7, "because");
    expect(ledger.renumber(1, 9e12, 8)).toMatchObject({ value: [5], text: "because" });
  });
});

describe("a page that is closed", () => {
  it("takes its answers along, except what the server does not have", () => {
    const ledger = new Ledger();
    const saved = ledger.edit(1, "a", 1);
    ledger.acknowledge(1, saved.seq, 5);
    const unsent = ledger.edit(2, "b", 2);
    ledger.turnTo([3]);
    expect(ledger.all().map((entry) => entry.question)).toEqual([2]);
    expect(ledger.takeGone()).toEqual([{ question: 1, seq: saved.seq }]);
    expect(ledger.takeGone()).toEqual([]);
    expect([ledger.isOpen(2), ledger.isOpen(3)]).toEqual([false, true]);
    ledger.acknowledge(2, unsent.seq, 6);
    expect(ledger.all()).toEqual([]);
    expect(ledger.takeGone()).toEqual([{ question: 2, seq: unsent.seq }]);
  });

  it("is not in the digest, whatever is left of it", () => {
    const ledger = new Ledger();
    ledger.edit(1, "left behind", 1);
    ledger.turnTo([3]);
    const { seq } = ledger.edit(3, "c", 2);
    expect(ledger.digest()).toEqual({ 3: seq });
  });

  it("is not sent again because the snapshot does not show it", () => {
    const ledger = new Ledger();
    const { seq } = ledger.edit(1, "a", 1);
    ledger.acknowledge(1, seq, 5);
    ledger.turnTo([3]);
    ledger.meetServer({});
    expect(ledger.waiting()).toEqual([]);
  });
});
