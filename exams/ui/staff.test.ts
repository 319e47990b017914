import { expect, it } from "vitest";
import { startRows } from "./staff";

const PAGE = `
  <form>
    <input type="hidden" name="choices-TOTAL_FORMS" value="2">
    <div>
      <div data-rows="choices">
        <div class="row"><input name="choices-0-text" value="kept"></div>
        <div class="row"><input name="choices-1-text"></div>
        <template><div class="row"><label for="id_choices-__prefix__-text">Text</label>
          <input id="id_choices-__prefix__-text" name="choices-__prefix__-text"></div></template>
      </div>
    </div>
    <button type="button" data-add-row hidden>Add</button>
  </form>`;

it("adds numbered rows that the server counts, and keeps what was typed", () => {
  document.body.innerHTML = PAGE;
  const rows = document.querySelector<HTMLElement>("[data-rows]") as HTMLElement;
  rows.parentElement?.append(document.querySelector("[data-add-row]") as Element);
  startRows(document);
  const button = document.querySelector<HTMLButtonElement>("[data-add-row]") as HTMLButtonElement;
  expect(button.hidden).toBe(false);
  button.click();
  button.click();
  const names = [...rows.querySelectorAll("input")].map((input) => input.name);
  expect(names).toEqual([0, 1, 2, 3].map((number) => `choices-${number}-text`));
  expect(document.querySelector<HTMLInputElement>("[name=choices-TOTAL_FORMS]")?.value).toBe("4");
  expect(rows.querySelector("label")?.htmlFor).toBe("id_choices-2-text");
  expect(document.activeElement).toBe(rows.querySelector("[name=choices-3-text]"));
  expect(rows.querySelector<HTMLInputElement>("[name=choices-0-text]")?.value).toBe("kept");
});

it("leaves pages without rows alone", () => {
  document.body.innerHTML = "<p>nothing</p>";
  expect(() => startRows(document)).not.toThrow();
});
