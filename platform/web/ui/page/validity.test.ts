import { beforeEach, describe, expect, it } from "vitest";
import { faultOf, startValidity } from "$web/page/validity";

startValidity();

beforeEach(() => {
  document.body.innerHTML = "";
});

/** A field as a browser has judged it: the test environment does not judge. */
function field(html: string, ...faults: string[]): HTMLInputElement {
  document.body.innerHTML = `<form>${html}</form>`;
  const element = document.querySelector("input, select, textarea") as HTMLInputElement;
  const validity = Object.fromEntries(faults.map((fault) => [fault, true]));
  Object.defineProperty(element, "validity", { value: validity });
  return element;
}

describe("what is wrong with a field", () => {
  it.each([
    ["<input>", "valueMissing", "Please fill this in."],
    ["<textarea></textarea>", "valueMissing", "Please fill this in."],
    ["<select></select>", "valueMissing", "Choose one."],
    ['<input type="checkbox">', "valueMissing", "Tick this to go on."],
    ['<input type="file">', "valueMissing", "Choose a file."],
    ['<input type="number">', "badInput", "Enter a number."],
    ['<input type="number" max="15">', "rangeOverflow", "At most 15."],
    ['<input type="number" min="1">', "rangeUnderflow", "At least 1."],
    ['<input type="number" step="1">', "stepMismatch", "Enter a whole number."],
    ['<input type="email">', "typeMismatch", "This is not an e-mail address."],
    ['<input minlength="12">', "tooShort", "Write at least 12 characters."],
  ])("%s with %s: %s", (html, fault, said) => {
    expect(faultOf(field(html, fault))).toBe(said);
  });

  it.each([
    ['<input type="number" step="0.01">', "stepMismatch"],
    ['<input type="date" max="2026-01-01">', "rangeOverflow"],
  ])("is left to the browser where nothing better is known: %s", (html, fault) => {
    expect(faultOf(field(html, fault))).toBe("");
  });
});

it("is said when the form is refused, and taken back with the next key", () => {
  const input = field("<input required>", "valueMissing");
  const said: string[] = [];
  input.setCustomValidity = (words) => void said.push(words);
  input.dispatchEvent(new Event("invalid"));
  input.dispatchEvent(new Event("input", { bubbles: true }));
  expect(said).toEqual(["", "Please fill this in.", ""]);
});
