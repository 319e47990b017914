// @vitest-environment node
import { openDB } from "idb";
import { expect, it } from "vitest";
import { checkStorage } from "./storage";

it("tries the real store and leaves nothing behind", async () => {
  expect(await checkStorage()).toBe("ok");
  const raw = await openDB("invigil-answers", 1);
  expect(await raw.count("answers")).toBe(0);
  expect(await raw.count("keys")).toBe(0);
  raw.close();
});

it("says so when the browser has none", async () => {
  const real = globalThis.indexedDB;
  Object.defineProperty(globalThis, "indexedDB", { value: undefined, configurable: true });
  expect(await checkStorage()).toBe("weak");
  Object.defineProperty(globalThis, "indexedDB", { value: real, configurable: true });
});
