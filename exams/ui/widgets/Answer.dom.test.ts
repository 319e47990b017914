import { cleanup, fireEvent, render, screen } from "@testing-library/svelte";
import { afterEach, expect, it, vi } from "vitest";
import { question } from "../room/testing";
import Answer from "./Answer.svelte";

afterEach(cleanup);

it.each([
  ["text", "because"], ["char", "Mars"], ["int", "12"], ["decimal", "1.5"],
  ["date", "2026-11-21"], ["time", "10:30"], ["datetime", "2026-11-21T10:30"],
] as const)("what is typed in a field for %s is the answer, and an emptied field clears it", async (kind, typed) => {
  const onanswer = vi.fn();
  const onleave = vi.fn();
  render(Answer, { question: question({ kind }), value: null, labelledby: "words", onanswer, onleave });
  const field = document.querySelector("input, textarea")!;
  expect(field.getAttribute("aria-labelledby")).toBe("words");
  await fireEvent.input(field, { target: { value: typed } });
  await fireEvent.input(field, { target: { value: "" } });
  expect(onanswer.mock.calls).toEqual([[typed, "typing"], [null, "typing"]]);
  await fireEvent.blur(field);
  expect(onleave).toHaveBeenCalledOnce();
});

it("a field that is closed cannot be typed in", () => {
  render(Answer, { question: question({ kind: "text" }), value: "as it was", labelledby: "words", disabled: true, onanswer: vi.fn() });
  const field = screen.getByDisplayValue("as it was") as HTMLTextAreaElement;
  expect(field.disabled).toBe(true);
});

it.each([["1", ["1", "2", "3"]], ["0", []]])("a rating from %s has the keys %j", (lowest, keys) => {
  const rating = question({ kind: "rating", min_value: lowest, max_value: "3" });
  render(Answer, { question: rating, value: null, labelledby: "words", onanswer: vi.fn() });
  expect([...document.querySelectorAll<HTMLElement>("[data-pick]")].map((input) => input.dataset.pick)).toEqual(keys);
});
