import { expect, it, vi } from "vitest";
import { itemsOf, type Move, startReorder } from "./reorder";

const item = (name: string) =>
  `<li data-sort-item id="${name}"><span data-drag hidden></span><button data-move="-1" id="${name}-up"></button><button data-move="1" id="${name}-down"></button></li>`;

function list(moved: (move: Move) => Promise<void> | void): { names: () => string[]; press: (id: string) => void } {
  document.body.innerHTML = `<ol data-sort-list>${["a", "b", "c"].map(item).join("")}</ol>`;
  startReorder(document, moved);
  const found = document.querySelector<HTMLElement>("ol") as HTMLElement;
  return {
    names: () => itemsOf(found).map((one) => one.id),
    press: (id) => document.getElementById(id)?.click(),
  };
}
const settled = () => new Promise((resolve) => setTimeout(resolve));

it("moves at once, tells where, says it aloud and keeps the focus on the button", async () => {
  const moves: string[] = [];
  const { names, press } = list(({ item: moved, place, of }) => void moves.push(`${moved.id} ${place}/${of}`));
  press("c-up");
  expect(names()).toEqual(["a", "c", "b"]);
  await settled();
  expect(moves).toEqual(["c 2/3"]);
  expect(document.activeElement?.id).toBe("c-up");
  expect(document.getElementById("order-said")?.textContent).toContain("2");
});

it("goes back to where it was when the server refuses, with the reason", async () => {
  const { names, press } = list(() => Promise.reject(new Error("It would lead back.")));
  press("a-down");
  expect(names()).toEqual(["b", "a", "c"]);
  await settled();
  expect(names()).toEqual(["a", "b", "c"]);
  expect(document.querySelector(".toast")?.textContent).toContain("It would lead back.");
  expect(document.activeElement?.id).toBe("a-down");
});

it("does nothing beyond the ends, and says so of the buttons", () => {
  const { names, press } = list(() => Promise.reject(new Error("never asked")));
  press("a-up");
  press("c-down");
  expect(names()).toEqual(["a", "b", "c"]);
  expect(document.getElementById("a-up")?.getAttribute("aria-disabled")).toBe("true");
  expect(document.getElementById("a-down")?.getAttribute("aria-disabled")).toBe("false");
});

/** Items are ten high, one under the other, in the order in which they stand. */
function drag(id: string, y: number): (end: "pointerup" | "pointercancel") => void {
  for (const one of document.querySelectorAll<HTMLElement>("[data-sort-item]")) {
    one.getBoundingClientRect = () => new DOMRect(0, 10 * [...(one.parentElement?.children ?? [])].indexOf(one), 10, 10);
  }
  const handle = document.querySelector<HTMLElement>(`#${id} [data-drag]`) as HTMLElement;
  handle.setPointerCapture = () => {};
  handle.dispatchEvent(new MouseEvent("pointerdown", { button: 0, bubbles: true }));
  handle.dispatchEvent(new MouseEvent("pointermove", { clientY: y }));
  return (end) => handle.dispatchEvent(new MouseEvent(end));
}

it("keeps an item where it is let go", async () => {
  const moved = vi.fn();
  const { names } = list(moved);
  drag("a", 24)("pointerup");
  expect(names()).toEqual(["b", "a", "c"]);
  await settled();
  expect(moved).toHaveBeenCalledOnce();
});

it("puts an item back when the browser takes the pointer for itself", async () => {
  const moved = vi.fn();
  const { names } = list(moved);
  const end = drag("a", 24);
  expect(names()).toEqual(["b", "a", "c"]);
  end("pointercancel");
  await settled();
  expect(names()).toEqual(["a", "b", "c"]);
  expect(moved).not.toHaveBeenCalled();
});
