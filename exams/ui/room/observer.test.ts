import { beforeEach, describe, expect, it } from "vitest";
import { settlePromises } from "../autosave/testing";
import { type Fact, Observer, watchPage } from "./observer";

let now: number;
let told: Fact[];
let online: boolean;
let observer: Observer;

beforeEach(() => {
  now = 1_000;
  told = [];
  online = true;
  observer = new Observer({
    now: () => now,
    report: (fact) => {
      if (!online) return Promise.reject(new Error("offline"));
      told.push(fact);
      return Promise.resolve();
    },
  });
});

const kinds = () => told.map((fact) => [fact.kind, fact.amount]);

describe("leaving the page", () => {
  it("is told once, with its length, when the candidate is back", async () => {
    observer.focus(false);
    now += 4_000;
    observer.focus(false);
    now += 8_340;
    observer.focus(true);
    observer.focus(true);
    await settlePromises();
    expect(told).toEqual([{ kind: "focus_lost", amount: 12.3, at: 13_340 }]);
  });

  it("a glance is no fact", async () => {
    observer.focus(false);
    now += 900;
    observer.focus(true);
    await settlePromises();
    expect(told).toEqual([]);
  });
});

it("pasting tells how much, never what", async () => {
  observer.paste(0);
  observer.paste(120);
  await settlePromises();
  expect(kinds()).toEqual([["paste", 120]]);
});

describe("the camera", () => {
  it("that was refused is told once", async () => {
    observer.camera({ status: "asking" });
    observer.camera({ status: "blocked", fault: "denied" });
    observer.camera({ status: "blocked", fault: "denied" });
    await settlePromises();
    expect(kinds()).toEqual([["camera_denied", 1]]);
  });

  it("that was away is told when it is back, with its length", async () => {
    observer.camera({ status: "live" });
    observer.camera({ status: "recovering" });
    now += 5_000;
    observer.camera({ status: "blocked", fault: "missing" });
    now += 25_000;
    observer.camera({ status: "connecting" });
    observer.camera({ status: "live" });
    observer.camera({ status: "live" });
    await settlePromises();
    expect(kinds()).toEqual([["camera_off", 30]]);
  });
});

it("a page that slept is told, but not twice when it was also left", async () => {
  observer.tick();
  now += 1_000;
  observer.tick();
  now += 45_000;
  observer.tick();
  observer.focus(false);
  now += 60_000;
  observer.tick();
  observer.focus(true);
  await settlePromises();
  expect(kinds()).toEqual([["clock_jump", 45], ["focus_lost", 60]]);
});

describe("without a connection", () => {
  it("facts wait in order and are told when it is back", async () => {
    online = false;
    observer.paste(50);
    observer.paste(60);
    await settlePromises();
    observer.tick();
    await settlePromises();
    expect(told).toEqual([]);
    online = true;
    observer.tick();
    await settlePromises();
    expect(kinds()).toEqual([["paste", 50], ["paste", 60]]);
  });

  it("only the latest fifty are kept", async () => {
    online = false;
    for (let count = 1; count <= 60; count += 1) observer.paste(count);
    online = true;
    await settlePromises();
    observer.tick();
    await settlePromises();
    expect(kinds()).toHaveLength(50);
    expect(kinds().at(-1)).toEqual(["paste", 60]);
  });
});

it("is bound to the page and let go of", async () => {
  const stop = watchPage(observer);
  const paste = new Event("paste") as Event & { clipboardData?: unknown };
  paste.clipboardData = { getData: () => "x".repeat(42) };
  document.dispatchEvent(paste);
  stop();
  document.dispatchEvent(paste);
  await settlePromises();
  expect(kinds()).toEqual([["paste", 42]]);
});
