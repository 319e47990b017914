import { beforeAll, beforeEach, expect, it } from "vitest";
import { startKeeping } from "./redrawn";

const FIRST = `
  <section aria-labelledby="one"><details><summary>Table</summary></details></section>
  <section aria-labelledby="two">
    <details><summary>More</summary></details>
    <a href="/papers/1/">Ana</a>
    <form action="/again/1/"><button>Again</button></form>
    <form action="/again/2/"><button>Again</button></form>
  </section>`;
// A person fewer waits, and a section came before.
const LATER = `
  <section aria-labelledby="zero"><details><summary>News</summary></details></section>
  <section aria-labelledby="one"><details><summary>Table</summary></details></section>
  <section aria-labelledby="two">
    <details><summary>More</summary></details>
    <form action="/again/2/"><button>Again</button></form>
    <a href="/papers/1/">Ana</a>
  </section>`;

let part: HTMLElement;

beforeAll(() => startKeeping(document));

beforeEach(() => {
  document.body.innerHTML = `<button id="outside">Outside</button><div id="part">${FIRST}</div>`;
  part = document.getElementById("part") as HTMLElement;
});

function at(selector: string): HTMLElement {
  return document.querySelector(selector) as HTMLElement;
}

function redraw(): void {
  part.dispatchEvent(new Event("htmx:beforeSwap", { bubbles: true }));
  part.innerHTML = LATER;
  part.dispatchEvent(new Event("htmx:afterSwap", { bubbles: true }));
}

it("gives the focus back to what had it, wherever it stands now", () => {
  at("[action='/again/2/'] button").focus();
  redraw();
  expect(document.activeElement).toBe(at("[action='/again/2/'] button"));
});

it("leaves the focus alone when it was elsewhere, or when its place is gone", () => {
  at("#outside").focus();
  redraw();
  expect(document.activeElement).toBe(at("#outside"));
  part.innerHTML = FIRST;
  at("[action='/again/1/'] button").focus();
  redraw();
  expect(document.activeElement).toBe(document.body);
});

it("keeps open what was unfolded, and nothing else", () => {
  (at("[aria-labelledby=one] details") as HTMLDetailsElement).open = true;
  redraw();
  const open = [...part.querySelectorAll("details[open] summary")].map((one) => one.textContent);
  expect(open).toEqual(["Table"]);
});

it("knows the same names in two places apart", () => {
  const twice = '<a href="/x/">1</a><a href="/x/">2</a>';
  part.innerHTML = twice;
  (part.lastElementChild as HTMLElement).focus();
  part.dispatchEvent(new Event("htmx:beforeSwap", { bubbles: true }));
  part.innerHTML = twice;
  part.dispatchEvent(new Event("htmx:afterSwap", { bubbles: true }));
  expect(document.activeElement).toBe(part.lastElementChild);
});
