import { cleanup, fireEvent, render, screen } from "@testing-library/svelte";
import { afterEach, expect, it, vi } from "vitest";
import type { Question } from "../paper";
import type { QuestionKind } from "../wire";
import Answer from "./Answer.svelte";

afterEach(cleanup);

const question = (kind: QuestionKind): Question => ({
  id: 7, number: 1, pool: "", kind, prompt_html: "", help_html: "", points: "1", required: false,
  choices: [], lefts: [], multiple: false, min_answers: 1, max_answers: 1, min_length: 0,
  max_length: null, min_value: null, max_value: null, accept: [],
  widget: "", text_response: false, text_response_label: "",
});

it.each([
  ["text", "because"], ["char", "Mars"], ["int", "12"], ["decimal", "1.5"],
  ["date", "2026-11-21"], ["time", "10:30"], ["datetime", "2026-11-21T10:30"],
] as const)("what is typed in a field for %s is the answer, and an emptied field clears it", async (kind, typed) => {
  const onanswer = vi.fn();
  const onleave = vi.fn();
  render(Answer, { question: question(kind), value: null, labelledby: "words", onanswer, onleave });
  const field = document.querySelector("input, textarea")!;
  expect(field.getAttribute("aria-labelledby")).toBe("words");
  await fireEvent.input(field, { target: { value: typed } });
  await fireEvent.input(field, { target: { value: "" } });
  expect(onanswer.mock.calls).toEqual([[typed, "typing"], [null, "typing"]]);
  await fireEvent.blur(field);
  expect(onleave).toHaveBeenCalledOnce();
});

it("a field that is closed cannot be typed in", () => {
  render(Answer, { question: question("text"), value: "as it was", labelledby: "words", disabled: true, onanswer: vi.fn() });
  const field = screen.getByDisplayValue("as it was") as HTMLTextAreaElement;
  expect(field.disabled).toBe(true);
});

it.each([["1", ["1", "2", "3"]], ["0", []]])("a rating from %s has the keys %j", (lowest, keys) => {
  const rating = { ...question("rating"), min_value: lowest, max_value: "3" };
  render(Answer, { question: rating, value: null, labelledby: "words", onanswer: vi.fn() });
  expect([...document.querySelectorAll<HTMLElement>("[data-pick]")].map((input) => input.dataset.pick)).toEqual(keys);
});
