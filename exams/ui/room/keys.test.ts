import { describe, expect, it } from "vitest";
import { meaningOf } from "./keys";

function press(code: string, on: Element = document.body, modifiers: KeyboardEventInit = {}) {
  const event = new KeyboardEvent("keydown", { code, ...modifiers });
  Object.defineProperty(event, "target", { value: on });
  return event;
}

function element(html: string): Element {
  document.body.innerHTML = html;
  return document.body.querySelector("[data-on]") as Element;
}

describe("number keys", () => {
  it.each([
    ["Digit1", 1],
    ["Digit9", 9],
    ["Numpad3", 3],
  ])("%s picks choice %i", (code, place) => {
    expect(meaningOf(press(code), true)).toEqual({ kind: "pick", place });
  });

  it("mean nothing when switched off, with a modifier, or for zero", () => {
    expect(meaningOf(press("Digit1"), false)).toBeNull();
    expect(meaningOf(press("Digit1", document.body, { ctrlKey: true }), true)).toBeNull();
    expect(meaningOf(press("Digit1", document.body, { altKey: true }), true)).toBeNull();
    expect(meaningOf(press("Digit0"), true)).toBeNull();
  });

  it.each([
    "<input type='text' data-on>",
    "<input type='date' data-on>",
    "<textarea data-on></textarea>",
    "<select data-on></select>",
    "<dialog><button data-on></button></dialog>",
  ])("are left to %s", (html) => {
    expect(meaningOf(press("Digit1", element(html)), true)).toBeNull();
  });

  it.each(["<input type='radio' data-on>", "<input type='checkbox' data-on>", "<button data-on></button>"])(
    "work on %s",
    (html) => {
      expect(meaningOf(press("Digit2", element(html)), true)).toEqual({ kind: "pick", place: 2 });
    },
  );
});

it("Alt+T tells the time from anywhere", () => {
  expect(meaningOf(press("KeyT", element("<textarea data-on></textarea>"), { altKey: true }), false)).toEqual({
    kind: "tell_time",
  });
});
