import { cleanup, fireEvent, render, screen } from "@testing-library/svelte";
import { tick } from "svelte";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { type AnswerValue } from "../paper";
import { options, question } from "../room/testing";
import Answer from "./Answer.svelte";

const asked = question({ kind: "ordering", choices: options("Mercury", "Venus", "Earth") });
let given: AnswerValue[];
let rerender: (props: object) => Promise<void>;

beforeEach(() => {
  given = [];
  const onanswer = (value: AnswerValue) => {
    given.push(value);
    void rerender({ value });
  };
  ({ rerender } = render(Answer, { question: asked, value: null, labelledby: "words", onanswer }));
});

afterEach(cleanup);

const up = (item: string) => screen.getByRole("button", { name: `Move up: ${item}` });
const down = (item: string) => screen.getByRole("button", { name: `Move down: ${item}` });
const shown = () => screen.getAllByRole("listitem").map((item) => item.querySelector(".words")?.textContent);

describe("items to put in order", () => {
  it("are no answer before one moves, and all of them once one does", async () => {
    expect(screen.getByText(/This is not an answer yet/)).toBeTruthy();
    await fireEvent.click(down("Mercury"));
    expect(given).toEqual([[2, 1, 3]]);
    expect(shown()).toEqual(["Venus", "Mercury", "Earth"]);
    expect(screen.queryByText(/This is not an answer yet/)).toBeNull();
  });

  it("keep the focus on the button of the item that moved, and say where it is", async () => {
    const button = down("Mercury");
    button.focus();
    await fireEvent.click(button);
    await tick();
    expect(document.activeElement).toBe(down("Mercury"));
    expect(screen.getByText("Mercury: place 2 of 3.")).toBeTruthy();
    await fireEvent.keyDown(document.activeElement!, { key: "End" });
    await tick();
    expect(given.at(-1)).toEqual([2, 3, 1]);
    expect(document.activeElement).toBe(down("Mercury"));
    await fireEvent.click(down("Mercury"));
    expect(given).toHaveLength(2);
    expect(document.activeElement).toBe(down("Mercury"));
  });

  it("can be right as they stand, and be taken back", async () => {
    await fireEvent.click(screen.getByRole("button", { name: "It is right as it stands" }));
    expect(given).toEqual([[1, 2, 3]]);
    await fireEvent.click(screen.getByRole("button", { name: "Clear my order" }));
    expect(given.at(-1)).toBeNull();
    expect(shown()).toEqual(["Mercury", "Venus", "Earth"]);
  });

  it("follow the pointer, unless the drag is called off", async () => {
    const grips = document.querySelectorAll<HTMLElement>(".grip");
    for (const [place, item] of screen.getAllByRole("listitem").entries()) {
      item.getBoundingClientRect = () => ({ top: place * 60, bottom: place * 60 + 50, height: 50 }) as DOMRect;
    }
    const grip = grips[2]!;
    grip.setPointerCapture = () => {};
    await fireEvent.pointerDown(grip, { button: 0, clientY: 140 });
    await fireEvent.pointerMove(grip, { clientY: 30 });
    await fireEvent.keyDown(window, { key: "Escape" });
    await fireEvent.pointerUp(grip);
    expect(given).toEqual([]);
    await fireEvent.pointerDown(grip, { button: 0, clientY: 140 });
    await fireEvent.pointerMove(grip, { clientY: 10 });
    await fireEvent.pointerUp(grip);
    expect(given).toEqual([[3, 1, 2]]);
    expect(up("Earth").getAttribute("aria-disabled")).toBe("true");
  });

  it("stand still when the time is over", async () => {
    await rerender({ disabled: true });
    expect(screen.queryAllByRole("button")).toEqual([]);
    expect(document.querySelector(".grip")).toBeNull();
  });
});
