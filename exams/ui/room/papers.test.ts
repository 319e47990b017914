// @vitest-environment happy-dom
import { openDB } from "idb";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { OWN_DATABASE, claim, forgetOthers } from "$web/own";
import type { Entry } from "../autosave/ledger";
import type { Question } from "../paper";
import { EMPTY, type RoomState } from "../player";
import { OwnPapers, type Paper, isOutOfDate, paperOf, serverTimeBy } from "./papers";
import { SNAPSHOT } from "./testing";

const QUESTIONS = [{ id: 11, number: 1, kind: "char", prompt_html: "a very secret question" } as Question];
const PAPER: Paper = { snapshot: { ...SNAPSHOT, questions: QUESTIONS }, lease: "lease-ab", serverTime: 500, deviceTime: 90 };

let papers: OwnPapers;

async function rows(): Promise<Record<string, unknown>[]> {
  const database = await openDB(OWN_DATABASE, 1);
  const all = await database.getAll("papers");
  database.close();
  return all as Record<string, unknown>[];
}

beforeEach(() => {
  papers = new OwnPapers(7, 1);
  papers.claim();
});

afterEach(async () => {
  await forgetOthers("");
});

describe("the kept paper", () => {
  it("is found by the same person and attempt only", async () => {
    await papers.keep(PAPER);
    expect(await papers.read()).toEqual(PAPER);
    expect(await new OwnPapers(7, 2).read()).toBeNull();
    expect(await new OwnPapers(8, 1).read()).toBeNull();
    claim("8");
    expect(await new OwnPapers(8, 1).read()).toBeNull();
  });

  it("is sealed with a key that cannot be taken out", async () => {
    await papers.keep(PAPER);
    const [row] = await rows();
    expect(Buffer.from(row?.text as ArrayBuffer).toString("latin1")).not.toContain("secret");
    expect((row?.key as CryptoKey).extractable).toBe(false);
  });

  it("moved to another person's place does not open", async () => {
    await papers.keep(PAPER);
    const database = await openDB(OWN_DATABASE, 1);
    const row = await database.get("papers", [7, 1]);
    await database.put("papers", { ...row, user: 8 });
    database.close();
    claim("8");
    expect(await new OwnPapers(8, 1).read()).toBeNull();
  });

  it("goes with the end of the exam", async () => {
    await papers.keep(PAPER);
    await papers.forget();
    expect(await papers.read()).toBeNull();
  });

  it("goes with the sign-out, and a tab that was left open keeps nothing any more", async () => {
    await papers.keep(PAPER);
    await forgetOthers("");
    expect(await papers.read()).toBeNull();
    await papers.keep(PAPER);
    expect((await indexedDB.databases()).map(({ name }) => name)).not.toContain(OWN_DATABASE);
    papers.claim(); // The server answered this person again.
    await papers.keep(PAPER);
    expect(await papers.read()).toEqual(PAPER);
  });
});

describe("what is kept", () => {
  const entry = (question: number, progress: Entry["progress"]): Entry => ({
    question, seq: question * 10, value: "x", text: "why", clientAt: 1, progress, code: "", savedAt: progress === "saved" ? 77 : null, onDevice: true,
  });
  const state: RoomState = {
    ...EMPTY, attempt: "paused", page: { number: 2, is_last: false, asked_before: 4 }, questions: QUESTIONS, deadline: 9_000, lastCommandSeq: 4,
    hold: { reason: "Fire alarm", by: "", since: 1 }, answers: { 11: entry(11, "saved"), 12: entry(12, "waiting"), 13: entry(13, "refused") },
  };
  const times = { serverTime: 500, deviceTime: 90 };

  it("is the room as it is now, with the answers the server has acknowledged and no others", () => {
    const paper = paperOf(state, SNAPSHOT, "lease-abcdef", times);
    expect(paper).toMatchObject({ ...times, lease: "lease-ab" });
    expect(paper?.snapshot).toMatchObject({
      state: "paused", deadline: 9_000, paused_at: 1, hold_reason: "Fire alarm", last_command_seq: 4, questions: QUESTIONS,
      answers: { 11: { seq: 110, value: "x", text: "why", saved_at: 77 } }, page: { number: 2, is_last: false, asked_before: 4 },
    });
    expect(Object.keys(paper?.snapshot.answers ?? {})).toEqual(["11"]);
  });

  it.each(["ready", "submitted", "expired", "terminated", "absent", "unknown"] as const)("is nothing when the attempt is %s", (attempt) => {
    expect(paperOf({ ...state, attempt }, SNAPSHOT, "", times)).toBeNull();
  });

  it("is nothing without questions", () => {
    expect(paperOf({ ...state, questions: [] }, SNAPSHOT, "", times)).toBeNull();
  });
});

it("a paper is out of date half a day after its deadline, or after the last word of a pause", () => {
  const hours = (count: number) => count * 3_600_000;
  const running = { ...PAPER, snapshot: { ...SNAPSHOT, deadline: hours(10) } };
  expect([hours(10), hours(22), hours(22) + 1].map((now) => isOutOfDate(running, now))).toEqual([false, false, true]);
  const paused = { ...PAPER, serverTime: hours(1), snapshot: { ...SNAPSHOT, deadline: null } };
  expect([hours(13), hours(13) + 1].map((now) => isOutOfDate(paused, now))).toEqual([false, true]);
});

it("the time goes on by the device's clock, and never back behind the server's last word", () => {
  expect(serverTimeBy(PAPER, 90)).toBe(500);
  expect(serverTimeBy(PAPER, 1_090)).toBe(1_500);
  expect(serverTimeBy(PAPER, 10)).toBe(500);
});
