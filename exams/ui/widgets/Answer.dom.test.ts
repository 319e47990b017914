import { cleanup, fireEvent, render, screen } from "@testing-library/svelte";
import { afterEach, describe, expect, it, vi } from "vitest";
import { options, question } from "../room/testing";
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

describe("one of a list", () => {
  const asked = question({ kind: "choice", widget: "Select", choices: options("Mars", "<b>Venus</b>") });

  it("is picked, and taken back by the empty entry", async () => {
    const onanswer = vi.fn();
    render(Answer, { question: asked, value: null, labelledby: "words", onanswer });
    const list = screen.getByRole("combobox");
    expect([...list.querySelectorAll("option")].map((option) => option.text)).toEqual(["Choose…", "Mars", "Venus"]);
    await fireEvent.change(list, { target: { value: "2" } });
    await fireEvent.change(list, { target: { value: "" } });
    expect(onanswer.mock.calls).toEqual([[[2], "done"], [null, "done"]]);
  });
});

describe("several of a list", () => {
  const asked = question({
    kind: "choice", multiple: true, max_answers: 2, widget: "SelectMultiple", choices: options("a", "b", "c"),
  });
  const keys = async (...pressed: string[]) => {
    for (const key of pressed) await fireEvent.keyDown(screen.getByRole("listbox"), { key });
  };

  it("are picked by keys alone: one stop, arrows, Space", async () => {
    const onanswer = vi.fn();
    const { rerender } = render(Answer, { question: asked, value: null, labelledby: "words", onanswer });
    await keys("ArrowDown", " ");
    expect(onanswer).toHaveBeenLastCalledWith([2], "done");
    await rerender({ value: [2] });
    await keys("End", "Enter");
    expect(onanswer).toHaveBeenLastCalledWith([2, 3], "done");
    await rerender({ value: [2, 3] });
    await keys("Home", " ");
    expect(onanswer).toHaveBeenCalledTimes(2); // two are the most
    expect(screen.getAllByRole("option").map((option) => option.getAttribute("aria-disabled"))).toEqual(["true", "false", "false"]);
    await keys("End", " ");
    expect(onanswer).toHaveBeenLastCalledWith([2], "done");
  });
});

describe("true or false in one box", () => {
  it("knows of no answer, true and false, and says which", async () => {
    const onanswer = vi.fn();
    const { rerender } = render(Answer, { question: question({ kind: "bool", widget: "CheckboxInput" }), value: null, labelledby: "words", onanswer });
    const box = screen.getByRole("checkbox") as HTMLInputElement;
    expect(box.indeterminate).toBe(true);
    expect(screen.getByText("Not answered yet")).toBeTruthy();
    await fireEvent.click(box);
    await rerender({ value: true });
    expect(screen.getByText("True")).toBeTruthy();
    await fireEvent.click(box);
    await rerender({ value: false });
    expect([box.indeterminate, box.checked]).toEqual([false, false]);
    await fireEvent.click(screen.getByRole("button", { name: "Clear my choice" }));
    expect(onanswer.mock.calls).toEqual([[true, "done"], [false, "done"], [null, "done"]]);
  });
});

describe("words beside the answer", () => {
  const [mars, other] = options("Mars", "another one");
  const asked = question({
    kind: "choice", choices: [mars!, { ...other!, text_response: true }], text_response_label: "Which one?",
  });

  it("are asked for when an option that wants them is picked, under their own label", async () => {
    const ontext = vi.fn();
    const { rerender } = render(Answer, { question: asked, value: [1], labelledby: "words", onanswer: vi.fn(), ontext });
    expect(screen.queryByText("Which one?")).toBeNull();
    await rerender({ value: [2], text: "Pl" });
    const field = screen.getByDisplayValue("Pl");
    expect(field.getAttribute("aria-labelledby")).toContain("words");
    await fireEvent.input(field, { target: { value: "Pluto" } });
    expect(ontext).toHaveBeenLastCalledWith("Pluto", "typing");
  });
});
