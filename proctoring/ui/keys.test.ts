import { describe, expect, it } from "vitest";
import { actionOf } from "$proctoring/keys";

function press(key: string, target: HTMLElement = document.body, extra: KeyboardEventInit = {}): KeyboardEvent {
  const event = new KeyboardEvent("keydown", { key, bubbles: true, ...extra });
  target.dispatchEvent(event);
  return event;
}

describe("keys of the board", () => {
  it("move along the reading direction", () => {
    expect(actionOf(press("ArrowRight"), false)).toEqual({ do: "move", by: 1 });
    expect(actionOf(press("ArrowRight"), true)).toEqual({ do: "move", by: -1 });
  });

  it("do nothing while someone types", () => {
    const field = document.body.appendChild(document.createElement("textarea"));
    expect(actionOf(press("p", field), false)).toBeNull();
    field.remove();
  });

  it("leave the browser's own shortcuts alone", () => {
    expect(actionOf(press("p", document.body, { ctrlKey: true }), false)).toBeNull();
  });

  it("know the commands whatever the case", () => {
    expect(actionOf(press("M"), false)).toEqual({ do: "message" });
    expect(actionOf(press("x"), false)).toBeNull();
  });
});
