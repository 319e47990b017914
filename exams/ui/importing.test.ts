import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { startImports } from "./importing";

const PAGE = `<section data-import-status="/imports/1/status">
  <progress max="1" value="0"></progress><span data-import-done></span><span data-import-total></span></section>`;

beforeEach(() => {
  vi.useFakeTimers();
  document.body.innerHTML = PAGE;
});

afterEach(() => {
  vi.useRealTimers();
  vi.unstubAllGlobals();
});

function answers(...given: (object | Error)[]): void {
  const next = () => {
    const one = given.shift();
    if (one instanceof Error || one === undefined) return Promise.reject(one ?? new Error("end"));
    return Promise.resolve(one instanceof Response ? one : new Response(JSON.stringify(one)));
  };
  vi.stubGlobal("fetch", vi.fn(next));
}

it("shows how far the writing is and loads the page again at its end", async () => {
  answers({ state: "queued", done: 250, total: 1000 }, { state: "done", done: 1000, total: 1000 });
  const reload = vi.fn();
  startImports(document, reload);
  await vi.advanceTimersByTimeAsync(500);
  expect(document.querySelector("progress")?.value).toBe(250);
  expect(document.querySelector("progress")?.max).toBe(1000);
  expect(document.querySelector("[data-import-done]")?.textContent).toBe("250");
  expect(reload).not.toHaveBeenCalled();
  await vi.advanceTimersByTimeAsync(500);
  expect(reload).toHaveBeenCalledOnce();
});

it("goes on asking while the network is away", async () => {
  answers(new Error("offline"), { state: "failed", done: 0, total: 0 });
  const reload = vi.fn();
  startImports(document, reload);
  await vi.advanceTimersByTimeAsync(1000);
  expect(reload).toHaveBeenCalledOnce();
});

it("goes on asking a server that is busy, and asks no more when it is refused", async () => {
  answers(new Response("", { status: 503 }), new Response("", { status: 401 }));
  const reload = vi.fn();
  startImports(document, reload);
  await vi.advanceTimersByTimeAsync(500);
  expect(reload).not.toHaveBeenCalled();
  await vi.advanceTimersByTimeAsync(500);
  expect(reload).toHaveBeenCalledOnce();
  await vi.advanceTimersByTimeAsync(5000);
  expect(fetch).toHaveBeenCalledTimes(2);
});
