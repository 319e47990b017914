import { expect, it } from "vitest";
import { startRows } from "./staff";

const row = (number: number | string, text = "") => `
  <fieldset data-sort-item><input type="hidden" name="choices-${number}-ORDER"><input type="hidden" name="choices-${number}-DELETE">
    <span data-drag hidden></span>
    <button name="row" value="up:${number}" data-move="-1">up</button>
    <button name="row" value="down:${number}" data-move="1">down</button>
    <button name="row" value="remove:${number}" data-remove>remove</button>
    <label for="id_choices-${number}-text">Text</label><input id="id_choices-${number}-text" name="choices-${number}-text" value="${text}">
  </fieldset>`;
const PAGE = `
  <form>
    <input type="hidden" name="choices-TOTAL_FORMS" value="2">
    <section><div data-rows="choices" data-sort-list>${row(0, "kept")}${row(1)}<template>${row("__prefix__")}</template></div>
    <button name="row" value="add" data-add-row>Add</button></section>
  </form>`;

function page(): { rows: HTMLElement; texts: () => string[]; order: () => string[]; press: (selector: string) => void } {
  document.body.innerHTML = PAGE;
  startRows(document);
  const rows = document.querySelector<HTMLElement>("[data-rows]") as HTMLElement;
  const shown = () => [...rows.querySelectorAll<HTMLElement>("fieldset:not([hidden])")];
  return {
    rows,
    texts: () => shown().map((one) => one.querySelector<HTMLInputElement>("[name$=-text]")?.name ?? ""),
    order: () => shown().map((one) => one.querySelector<HTMLInputElement>("[name$=-ORDER]")?.value ?? ""),
    press: (selector) => document.querySelector<HTMLElement>(selector)?.click(),
  };
}

it("adds numbered rows that the server counts, and keeps what was typed", () => {
  const { rows, texts, press } = page();
  press("[data-add-row]");
  press("[data-add-row]");
  expect(texts()).toEqual([0, 1, 2, 3].map((number) => `choices-${number}-text`));
  expect(document.querySelector<HTMLInputElement>("[name=choices-TOTAL_FORMS]")?.value).toBe("4");
  expect(rows.querySelectorAll("label")[2]?.htmlFor).toBe("id_choices-2-text");
  expect(document.activeElement).toBe(rows.querySelector("[name=choices-3-text]"));
  expect(rows.querySelector<HTMLInputElement>("[name=choices-0-text]")?.value).toBe("kept");
  expect(rows.querySelector("[value='up:3']")).not.toBeNull();
});

it("moves a row by its buttons, says its place to the server and keeps the focus", () => {
  const { texts, order, press } = page();
  press("[value='up:1']");
  expect(texts()).toEqual(["choices-1-text", "choices-0-text"]);
  expect(order()).toEqual(["1", "2"]);
  expect((document.activeElement as HTMLButtonElement).value).toBe("up:1");
  press("[value='up:1']");
  expect(texts()).toEqual(["choices-1-text", "choices-0-text"]);
});

it("takes a row out without forgetting to tell the server, and goes to its neighbour", () => {
  const { texts, press } = page();
  press("[value='remove:0']");
  expect(texts()).toEqual(["choices-1-text"]);
  expect(document.querySelector<HTMLInputElement>("[name=choices-0-DELETE]")?.value).toBe("on");
  expect((document.activeElement as HTMLButtonElement).value).toBe("remove:1");
  press("[value='remove:1']");
  expect(document.activeElement).toBe(document.querySelector("[data-add-row]"));
});

it("leaves pages without rows alone", () => {
  document.body.innerHTML = "<p>nothing</p>";
  expect(() => startRows(document)).not.toThrow();
});
