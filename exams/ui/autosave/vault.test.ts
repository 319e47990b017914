// @vitest-environment node
import { openDB } from "idb";
import { afterEach, describe, expect, it } from "vitest";
import { Vault } from "./vault";

const opened: Vault[] = [];
let attempt = 100;

async function vault(id: number, tab = "one"): Promise<Vault> {
  const store = await Vault.open(id, tab);
  opened.push(store);
  return store;
}

const answer = (question: number, seq: number, value: string) => ({ question, seq, value, text: `beside ${value}`, clientAt: 5 });

afterEach(() => {
  for (const store of opened.splice(0)) store.close();
  attempt += 1;
});

describe("Vault", () => {
  it("gives back after a reload what was kept", async () => {
    const before = await vault(attempt);
    await before.keep(answer(7, 10, "سلام"));
    await before.keepView({ current: 7, marked: [2, 7] });
    before.close();
    const after = await vault(attempt, "two");
    expect(await after.load()).toEqual({
      answers: [answer(7, 10, "سلام")],
      view: { current: 7, marked: [2, 7] },
      unreadable: 0,
    });
    expect(await after.read(7)).toEqual(answer(7, 10, "سلام"));
    expect(await after.read(8)).toBeNull();
  });

  it("keeps the newest edit whatever the order of the writes", async () => {
    const store = await vault(attempt);
    expect(await store.keep(answer(7, 10, "new"))).toEqual({ kept: true });
    expect(await store.keep(answer(7, 9, "old"))).toEqual({ kept: false, seq: 10 });
    expect((await store.read(7))?.value).toBe("new");
  });

  it("tells a tab that the other tab used the same number", async () => {
    const one = await vault(attempt, "one");
    const two = await vault(attempt, "two");
    await one.keep(answer(7, 10, "of one"));
    expect(await two.keep(answer(7, 10, "of two"))).toEqual({ kept: false, seq: 10 });
    expect(await one.keep(answer(7, 10, "of one"))).toEqual({ kept: true });
  });

  it("lets two tabs that open at once read each other", async () => {
    const [one, two] = await Promise.all([vault(attempt, "one"), vault(attempt, "two")]);
    await one.keep(answer(7, 10, "of one"));
    expect((await two.read(7))?.value).toBe("of one");
  });

  it("keeps nothing readable, and a key that cannot be taken out", async () => {
    const store = await vault(attempt);
    await store.keep(answer(7, 10, "a very secret answer"));
    const raw = await openDB("invigil-answers", 1);
    const row = await raw.get("answers", [attempt, 7]);
    const key = (await raw.get("keys", attempt)) as CryptoKey;
    raw.close();
    expect(Buffer.from(row.text).toString("latin1")).not.toContain("secret");
    expect(JSON.stringify(row)).not.toContain("secret");
    expect(key.extractable).toBe(false);
    await expect(crypto.subtle.exportKey("raw", key)).rejects.toThrow();
  });

  it("does not accept a record moved to another question, and counts it", async () => {
    const store = await vault(attempt);
    await store.keep(answer(7, 10, "seven"));
    await store.keep(answer(8, 11, "eight"));
    const raw = await openDB("invigil-answers", 1);
    const row = await raw.get("answers", [attempt, 7]);
    await raw.put("answers", { ...row, question: 9 });
    raw.close();
    const { answers, unreadable } = await store.load();
    expect(answers.map((kept) => kept.question)).toEqual([7, 8]);
    expect(unreadable).toBe(1);
  });

  it("wipes one attempt with its key and leaves the other", async () => {
    const gone = await vault(attempt);
    const other = await vault(attempt + 500);
    await gone.keep(answer(7, 10, "a"));
    await gone.keepView({ current: 7, marked: [] });
    await other.keep(answer(7, 10, "b"));
    await gone.wipe();
    const raw = await openDB("invigil-answers", 1);
    expect(await raw.get("keys", attempt)).toBeUndefined();
    raw.close();
    expect(await gone.load()).toEqual({ answers: [], view: null, unreadable: 0 });
    expect((await other.load()).answers).toHaveLength(1);
  });

  it("fails to open, rather than pretend, when the browser has no IndexedDB", async () => {
    const real = globalThis.indexedDB;
    Object.defineProperty(globalThis, "indexedDB", { value: undefined, configurable: true });
    try {
      await expect(Vault.open(attempt, "one")).rejects.toThrow();
    } finally {
      Object.defineProperty(globalThis, "indexedDB", { value: real, configurable: true });
    }
  });
});
