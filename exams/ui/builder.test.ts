import { expect, it } from "vitest";
import { startBuilder } from "./builder";

const question = (name: string) => `<li data-sort-item data-moves="/questions/${name}/move/" id="${name}">
  <span class="place"></span><button data-move="-1" id="${name}-up"></button><button data-move="1" id="${name}-down"></button></li>`;
const section = (name: string, inside: string) => `<section data-sort-item data-moves="/sections/${name}/move/" id="${name}">
  <div><button data-move="-1" id="${name}-up"></button><button data-move="1" id="${name}-down"></button></div>
  <ol data-sort-list data-builder data-group="questions" data-pool="${name}">${inside}</ol></section>`;
const PAGE = `<div data-sort-list data-builder>${section("p1", question("a") + question("b"))}${section("p2", "")}</div>
  <aside data-fresh="checks">old</aside><aside data-fresh="facts"><button id="here">old</button></aside>`;
const NEW = `<aside data-fresh="checks">new</aside><aside data-fresh="facts">new</aside>`;

function build(keep: (url: string, body: FormData) => Promise<unknown>) {
  document.body.innerHTML = PAGE;
  startBuilder(document, { keep, page: async () => NEW });
}
const press = (id: string) => document.getElementById(id)?.click();
const settled = () => new Promise((resolve) => setTimeout(resolve, 5));
const places = () => [...document.querySelectorAll("#p1 li")].map((one) => `${one.id}${one.querySelector(".place")?.textContent}`);

it("keeps a question's new place with its section, and draws what the whole page says anew", async () => {
  const kept: string[] = [];
  build(async (url, body) => void kept.push(`${url} ${body.get("order")} ${body.get("pool")}`));
  press("b-up");
  await settled();
  expect(kept).toEqual(["/questions/b/move/ 1 p1"]);
  expect(places()).toEqual(["b1", "a2"]);
  expect(document.querySelector("[data-fresh=checks]")?.textContent).toBe("new");
});

it("moves a section without touching its questions", async () => {
  const kept: string[] = [];
  build(async (url, body) => void kept.push(`${url} ${body.get("order")} ${body.get("pool")}`));
  press("p1-down");
  await settled();
  expect(kept).toEqual(["/sections/p1/move/ 2 null"]);
  expect([...document.querySelectorAll("section")].map((one) => one.id)).toEqual(["p2", "p1"]);
});

it("puts back what the server refuses, with its numbers", async () => {
  build(() => Promise.reject(new Error("It would lead back.")));
  press("b-up");
  await settled();
  expect(places()).toEqual(["a1", "b2"]);
  expect(document.querySelector(".toast")?.textContent).toContain("lead back");
});

it("leaves the part alone in which somebody is working", async () => {
  build(async () => null);
  const here = document.getElementById("here") as HTMLElement;
  press("b-up");
  here.focus();
  await settled();
  expect(document.getElementById("here")).toBe(here);
});
