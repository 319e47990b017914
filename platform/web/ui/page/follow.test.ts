import { beforeEach, describe, expect, it, vi } from "vitest";
import { type Surroundings, follow, isBusy, startFollowing, topicsOf } from "$web/page/follow";
import type { Subscriber } from "$web/socket";

const FIRST = { state: "scheduled", starts_at: 1 };
const MOVED = { state: "scheduled", starts_at: 2 };

let subscribers: Record<string, Subscriber>;
let waits: Array<[() => void, number]>;
const reload = vi.fn();
let isLeaving = false;
const around: Surroundings = {
  reload, random: () => 0.5, later: (run, ms) => waits.push([run, ms]), isLeaving: () => isLeaving,
};

function start(): void {
  follow(document, { subscribe: (topic, subscriber) => ((subscribers[topic] = subscriber), () => {}) }, around);
}

function hear(topic: string, d: object): void {
  subscribers[topic]?.onEvent?.({ t: "sitting.changed", seq: undefined, at: 0, d } as never);
}

beforeEach(() => {
  subscribers = {};
  waits = [];
  isLeaving = false;
  reload.mockClear();
  document.body.innerHTML = `<main><p data-follows="sitting:1"></p><p data-follows="sitting:1"></p>
    <p data-follows="sitting:2"></p><p data-follows=""></p></main>`;
});

describe("a page that follows", () => {
  it("asks for each topic once", () => {
    expect(topicsOf(document)).toEqual(["sitting:1", "sitting:2"]);
    start();
    expect(Object.keys(subscribers)).toEqual(["sitting:1", "sitting:2"]);
  });

  it("is loaded again once, within two seconds, when a topic says something new", () => {
    start();
    subscribers["sitting:1"]?.onSnapshot?.(FIRST, 0);
    hear("sitting:1", FIRST);
    expect(waits).toEqual([]);
    hear("sitting:1", MOVED);
    hear("sitting:1", FIRST);
    hear("sitting:2", MOVED);
    expect(waits.map(([, ms]) => ms)).toEqual([1_000]);
    waits[0]?.[0]();
    expect(reload).toHaveBeenCalledOnce();
  });

  it("notices after a reconnect what changed while it was away", () => {
    start();
    subscribers["sitting:2"]?.onSnapshot?.(FIRST, 0);
    subscribers["sitting:2"]?.onSnapshot?.(MOVED, 0);
    expect(waits).toHaveLength(1);
  });

  it("does not call off the way to another page, and comes back to it if that led nowhere", () => {
    start();
    subscribers["sitting:1"]?.onSnapshot?.(FIRST, 0);
    hear("sitting:1", MOVED);
    isLeaving = true;
    waits[0]?.[0]();
    expect(reload).not.toHaveBeenCalled();
    isLeaving = false;
    waits[1]?.[0]();
    expect(reload).toHaveBeenCalledOnce();
  });

  it("takes nothing from somebody who is busy, but says so", () => {
    document.querySelector("main")?.insertAdjacentHTML("beforeend", '<input value="a">');
    (document.querySelector("input") as HTMLInputElement).value = "ab";
    start();
    subscribers["sitting:1"]?.onSnapshot?.(FIRST, 0);
    hear("sitting:1", MOVED);
    waits[0]?.[0]();
    expect(reload).not.toHaveBeenCalled();
    expect(document.body.textContent).toContain("has changed meanwhile");
  });
});

describe("busy", () => {
  it.each([
    ["<input value='a'>", false],
    ["<dialog open></dialog>", true],
    ["<select><option>a<option>b</select>", false],
    ["<select><option>a<option selected>b</select>", false],
  ])("%s: %s", (html, busy) => {
    document.body.innerHTML = `<main>${html}</main>`;
    expect(isBusy(document)).toBe(busy);
  });

  it("is who chose something else", () => {
    document.body.innerHTML = "<main><select><option>a</option><option>b</option></select></main>";
    (document.querySelector("select") as HTMLSelectElement).selectedIndex = 1;
    expect(isBusy(document)).toBe(true);
  });
});

it("opens no socket where nothing is followed", async () => {
  document.body.innerHTML = "<main></main>";
  const opened = vi.spyOn(globalThis, "WebSocket");
  await startFollowing();
  expect(opened).not.toHaveBeenCalled();
});
