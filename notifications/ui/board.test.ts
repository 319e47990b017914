import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { startBoard } from "./board";

const part = (live: string, words: string) =>
  `<section data-live="${live}">${words} <button>Stop</button><time data-local="time" datetime="2026-11-21T09:30:00Z">x</time></section>`;
const board = () => document.querySelector<HTMLElement>("#board")!;

/** The browser's answer to a redirect that is not followed. */
const toLogin = () => Object.defineProperties(new Response("login"), {
  type: { value: "opaqueredirect" }, ok: { value: false },
});

function serve(...answers: (string | Error | Response)[]) {
  const fetching = vi.fn(async (_url: string, _init: RequestInit) => {
    const answer = answers.shift() ?? new Error("asked too often");
    if (answer instanceof Error) throw answer;
    return answer instanceof Response ? answer : new Response(answer);
  });
  vi.stubGlobal("fetch", fetching);
  return fetching;
}

beforeEach(() => {
  vi.useFakeTimers();
  document.body.innerHTML = `<div id="board" data-board-url="/notices/7/board">${part("yes", "one")}</div>`;
});
afterEach(() => {
  vi.useRealTimers();
  vi.unstubAllGlobals();
});

it("draws the present state until nothing moves any more", async () => {
  const fetching = serve(part("yes", "two"), part("no", "three"));
  startBoard();
  await vi.advanceTimersByTimeAsync(3_000);
  expect(board().textContent).toContain("two");
  expect(board().querySelector("time")?.textContent).toMatch(/\d\d:\d\d/);
  await vi.advanceTimersByTimeAsync(60_000);
  expect(board().textContent).toContain("three");
  expect(fetching).toHaveBeenCalledTimes(2);
});

it("goes on after a lost connection", async () => {
  serve(new TypeError("offline"), part("no", "back"));
  startBoard();
  await vi.advanceTimersByTimeAsync(6_000);
  expect(board().textContent).toContain("back");
});

it("does not pull a button away from under a finger", async () => {
  const fetching = serve(part("no", "two"));
  startBoard();
  board().querySelector("button")?.focus();
  await vi.advanceTimersByTimeAsync(9_000);
  expect(fetching).not.toHaveBeenCalled();
  (document.activeElement as HTMLElement).blur();
  await vi.advanceTimersByTimeAsync(3_000);
  expect(board().textContent).toContain("two");
});

it("does not ask about a notice at rest, nor on other pages", async () => {
  const fetching = serve();
  board().innerHTML = part("no", "rest");
  startBoard();
  document.body.innerHTML = "";
  startBoard();
  await vi.advanceTimersByTimeAsync(9_000);
  expect(fetching).not.toHaveBeenCalled();
});

it("never draws the login page into itself when the session has ended", async () => {
  const fetching = serve(toLogin());
  const reload = vi.spyOn(location, "reload").mockImplementation(() => undefined);
  startBoard();
  await vi.advanceTimersByTimeAsync(3_000);
  expect(fetching.mock.calls[0]?.[1].redirect).toBe("manual");
  expect(board().textContent).toContain("one");
  expect(reload).toHaveBeenCalledTimes(1);
});
