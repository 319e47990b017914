import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { showToast } from "$web/toast";

beforeEach(() => {
  document.body.innerHTML = '<div id="toasts" class="toasts" role="status"></div>';
  vi.useFakeTimers();
});
afterEach(() => vi.useRealTimers());

const shown = () => [...document.querySelectorAll(".toast > span")].map((each) => each.textContent);

it("words are text, never markup", () => {
  showToast("<b>Ana</b> handed in", "ok");
  expect(shown()).toEqual(["<b>Ana</b> handed in"]);
  expect(document.querySelector(".toast b")).toBeNull();
});

it("it goes by itself, a critical one only when closed", () => {
  showToast("Saved");
  showToast("No answer was lost, but the server is gone", "critical");
  vi.advanceTimersByTime(60_000);
  expect(shown()).toEqual(["No answer was lost, but the server is gone"]);
  document.querySelector<HTMLButtonElement>(".toast button")?.click();
  expect(shown()).toEqual([]);
});

it("it can be taken away by who showed it, and makes its own region", () => {
  document.body.innerHTML = "";
  const remove = showToast("Reconnecting");
  expect(document.getElementById("toasts")?.getAttribute("role")).toBe("status");
  remove();
  expect(shown()).toEqual([]);
});
