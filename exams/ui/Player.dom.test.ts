import { cleanup, fireEvent, render, screen } from "@testing-library/svelte";
import { tick } from "svelte";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { ApiError } from "$web/api";
import Player from "./Player.svelte";
import { settlePromises } from "./autosave/testing";
import { ServerClock } from "./clock";
import type { Question } from "./paper";
import { Place, offline } from "./room/fakes";
import type { Room } from "./room/room";
import { question } from "./room/testing";

const QUESTIONS: Question[] = [
  question({
    id: 11, number: 1, kind: "choice", prompt_html: "<p>Which planet?</p>",
    choices: [{ id: 5, html: "Mars", text_response: false }, { id: 6, html: "Venus", text_response: false }],
  }),
  question({ id: 12, number: 2, kind: "text", prompt_html: "<p>Why?</p>", max_length: 50 }),
];

let place: Place;
let room: Room;

async function show(): Promise<void> {
  await tick();
  await settlePromises();
  await tick();
}

beforeEach(async () => {
  vi.useFakeTimers({ toFake: ["setInterval", "clearInterval"] });
  HTMLDialogElement.prototype.showModal ??= function showModal(this: HTMLDialogElement) { this.open = true; };
  place = new Place();
  place.api.questions = QUESTIONS;
  Object.defineProperty(place.store, "durable", { value: true });
  room = await place.openRoom();
  render(Player, {
    room,
    camera: null,
    clock: new ServerClock(place.clock.now(), () => place.clock.now()),
    title: "Algebra",
    name: "Ana",
    seat: "A1",
    urls: { home: "/", results: "/results/", login: "/login/" },
  });
  await show();
});

afterEach(() => {
  cleanup();
  place.close();
  vi.useRealTimers();
});

const pressed = (code: string, more: KeyboardEventInit = {}) => fireEvent.keyDown(window, { code, ...more });

async function later(ms: number): Promise<void> {
  await place.clock.pass(ms);
  vi.advanceTimersByTime(500);
  await show();
}

describe("answering", () => {
  it("by mouse is saved and says so with the server's time", async () => {
    await fireEvent.click(screen.getByRole("radio", { name: /Venus/ }));
    await show();
    expect(place.api.server.answers.get(11)?.value).toEqual([6]);
    expect(screen.getAllByText(/Saved \d\d:\d\d:\d\d/).length).toBeGreaterThan(0);
    expect(screen.getByRole("button", { name: "Question 1, on screen, answered" })).toBeTruthy();
  });

  it("by number key picks, but not while typing", async () => {
    await pressed("Digit2");
    await show();
    expect(place.api.server.answers.get(11)?.value).toEqual([6]);
    await fireEvent.click(screen.getByRole("button", { name: /Next/ }));
    await show();
    const field = screen.getByRole("textbox", { name: "Why?" });
    await fireEvent.input(field, { target: { value: "because" } });
    await fireEvent.keyDown(field, { code: "Digit1" });
    await fireEvent.blur(field);
    await show();
    expect(place.api.server.answers.get(12)?.value).toBe("because");
    expect(screen.getByText(/7 of 50 characters/)).toBeTruthy();
  });

  it("can be cleared", async () => {
    await pressed("Digit1");
    await show();
    await fireEvent.click(screen.getByRole("button", { name: "Clear my choice" }));
    await show();
    expect(place.api.server.answers.get(11)?.value).toBeNull();
  });
});

describe("what is said", () => {
  it("never claims saved while the network is away, and tells after three seconds", async () => {
    place.api.down = offline();
    await fireEvent.click(screen.getByRole("radio", { name: /Mars/ }));
    await show();
    await later(50);
    expect(screen.queryByText(/Saved \d/)).toBeNull();
    expect(screen.getByText(/1 answer on this device/)).toBeTruthy();
    await later(3_500);
    expect(screen.getByText(/Keep working/)).toBeTruthy();
    place.api.down = null;
    await later(16_000);
    expect(screen.queryByText(/Keep working/)).toBeNull();
    expect(place.api.server.answers.get(11)?.value).toEqual([5]);
  });

  it("warns of a reload without a network only where the device does not keep the page", async () => {
    place.api.down = offline();
    await fireEvent.click(screen.getByRole("radio", { name: /Mars/ }));
    await later(3_500);
    expect(screen.getByText(/You may reload this page/)).toBeTruthy();
    room.dispatch({ type: "page_kept", isKept: false });
    await show();
    expect(screen.queryByText(/You may reload this page/)).toBeNull();
    expect(screen.getByText(/reload it only when the connection is back/)).toBeTruthy();
  });

  it("a hand-in without a network says that it waits, and how", async () => {
    place.api.down = offline();
    await fireEvent.click(screen.getByRole("radio", { name: /Mars/ }));
    await later(50);
    room.go({ type: "reviewed", open: true });
    void room.submit();
    await show();
    expect(screen.getByText("Waiting for the connection…")).toBeTruthy();
    expect(screen.getByText(/Not handed in yet: there is no connection/)).toBeTruthy();
    place.api.down = null;
    await later(60_000);
    expect(screen.getByText(/This is your receipt/)).toBeTruthy();
  });

  it("the time left is told on Alt+T and at the limits only", async () => {
    await pressed("KeyT", { altKey: true });
    await new Promise((resolve) => requestAnimationFrame(resolve));
    await show();
    expect(screen.getByText(/hours? and .* left\./)).toBeTruthy();
    await place.clock.pass(9_000_000 - place.clock.now() - 301_000);
    vi.advanceTimersByTime(500);
    await show();
    expect(screen.getByText("15 minutes left.")).toBeTruthy();
    await later(1_000);
    expect(screen.getByText("5 minutes left.")).toBeTruthy();
  });

  it("signed out: a way back in a new tab, nothing hidden", async () => {
    place.api.down = new ApiError(401, { code: "signed_out" });
    await pressed("Digit1");
    await show();
    const link = screen.getByRole("link", { name: /Sign in again in a new tab/ });
    expect(link.getAttribute("target")).toBe("_blank");
    expect(screen.getByRole("radio", { name: /Mars/ })).toBeTruthy();
  });
});

it("says plainly when neither the server nor this device has an answer", async () => {
  Object.defineProperty(place.store, "durable", { value: false });
  place.api.down = offline();
  await pressed("Digit1");
  await later(50);
  expect(screen.getByText(/1 answer not saved anywhere/)).toBeTruthy();
  expect(screen.queryByText(/Kept on this device/)).toBeNull();
});

describe("screens", () => {
  it("a pause hides the question, says why, and goes by itself", async () => {
    place.api.state = "paused";
    place.socket.push(`attempt:${place.attempt}`, "attempt.changed", { state: "paused", version: (place.api.version = 2), deadline: null, reason: "Fire alarm" });
    await show();
    expect(screen.getByRole("heading", { name: "Your exam is paused" })).toBeTruthy();
    expect(screen.getByText("Fire alarm")).toBeTruthy();
    expect(screen.queryByText("Which planet?")).toBeNull();
    place.api.state = "running";
    place.socket.push(`attempt:${place.attempt}`, "attempt.changed", { state: "running", version: (place.api.version = 3), deadline: 9_000_000, reason: "" });
    await show();
    expect(screen.getByText("Which planet?")).toBeTruthy();
  });

  it("an exam that was ended for everybody says who ended it and why, and takes nothing more", async () => {
    const early_end = { at: 500, by: "chief_invigilator", reason: "Fire alarm" };
    place.api.deadline = 500;
    place.socket.push(`attempt:${place.attempt}`, "attempt.changed", { state: "running", version: (place.api.version = 2), deadline: 500, reason: "", early_end });
    await later(1_000);
    const banner = screen.getByText(/The chief invigilator has ended this exam for everybody/);
    expect(banner.textContent).toContain("Fire alarm");
    expect(screen.getByText(/leave this page open/)).toBeTruthy();
    expect(screen.getByRole("radio", { name: "Mars" })).toHaveProperty("disabled", true);
    place.api.state = "expired";
    place.socket.push(`attempt:${place.attempt}`, "attempt.changed", { state: "expired", version: (place.api.version = 3), deadline: 500, reason: "Fire alarm" });
    await show();
    expect(screen.getByRole("heading", { name: "This exam was ended early" })).toBeTruthy();
  });

  it("a notice stays until it is seen", async () => {
    const command = { id: "c1", seq: 1, kind: "extend", text: "Noise", extra_s: 300, by: "Ivo", issued_at: 5 };
    place.socket.push(`watch:${place.attempt}`, "command.issued", { command });
    await show();
    expect(screen.getByText("5 minutes more")).toBeTruthy();
    await fireEvent.click(screen.getByRole("button", { name: "Seen" }));
    await show();
    expect(screen.queryByText("5 minutes more")).toBeNull();
  });

  it("hand-in shows what is open, asks once more, and ends with the receipt", async () => {
    await pressed("Digit1");
    await fireEvent.click(screen.getByRole("button", { name: "Hand in" }));
    await show();
    expect(screen.getAllByText("1 of 2").length).toBeGreaterThan(0);
    expect(screen.getByRole("button", { name: "Go to question 2" })).toBeTruthy();
    await fireEvent.click(screen.getByRole("button", { name: "Hand in now" }));
    await show();
    expect(screen.getByText(/1 question has no answer/)).toBeTruthy();
    await fireEvent.click(screen.getByRole("button", { name: "Yes, hand in" }));
    await later(1_000);
    expect(screen.getByRole("heading", { name: "Handed in" })).toBeTruthy();
    expect(screen.getByText("receipt-1")).toBeTruthy();
  });

  it("after the end tells what came late apart from what is only on this device", async () => {
    place.api.down = offline();
    await pressed("Digit1");
    await later(50);
    place.api.state = "expired";
    place.api.receipt = "auto";
    place.api.down = null;
    await room.refresh();
    await later(1_000);
    expect(screen.getByText("1 answer came after the end.")).toBeTruthy();
    expect(screen.queryByText(/on this device/)).toBeNull();
    expect((await place.store.load()).answers).toEqual([]);
  });

  it("after the end says which answers the server did not keep", async () => {
    place.api.down = offline();
    await pressed("Digit1");
    await later(50);
    place.api.server.holdsLateWork = false;
    place.api.state = "terminated";
    place.api.down = null;
    await room.refresh();
    await later(1_000);
    expect(screen.getByText("1 answer is not on the server.")).toBeTruthy();
    expect(screen.getByRole("button", { name: "Save a copy" })).toBeTruthy();
    expect(await place.store.read(11)).not.toBeNull();
  });

  it("a moved exam offers to be taken back", async () => {
    place.socket.push(`attempt:${place.attempt}`, "attempt.lease_taken", { lease: "otherone", device: "x" });
    await show();
    expect(screen.getByRole("heading", { name: "Opened elsewhere" })).toBeTruthy();
    await fireEvent.click(screen.getByRole("button", { name: "Go on in this tab" }));
    await show();
    expect(screen.getByText("Which planet?")).toBeTruthy();
  });
});

describe("pages", () => {
  const asked = (...ids: number[]) => ids.map((id) => question({ id, number: id, kind: "char", prompt_html: `<p>No. ${id}</p>` }));

  async function onPages(...pages: Question[][]): Promise<void> {
    cleanup();
    place.close();
    place = new Place();
    place.api.turnPages(...pages);
    room = await place.openRoom();
    render(Player, {
      room, camera: null, clock: new ServerClock(place.clock.now(), () => place.clock.now()), title: "Algebra", name: "Ana",
      seat: "A1", urls: { home: "/", results: "/results/", login: "/login/" },
    });
    await show();
  }

  it("say at their end what is open and that there is no way back, then go on", async () => {
    await onPages(asked(1, 2), asked(3));
    expect(screen.getByText("Question 1")).toBeTruthy(); // nobody knows yet how many come
    await fireEvent.click(screen.getByRole("button", { name: "End of this page" }));
    await show();
    expect(document.activeElement?.textContent).toBe("End of this page");
    expect(screen.getByText(/you cannot come back to its questions/)).toBeTruthy();
    expect(screen.getByText("2 questions of this page have no answer. After this it stays so.")).toBeTruthy();
    await fireEvent.click(screen.getByRole("button", { name: "Continue to the next page" }));
    await later(1_000);
    expect(screen.getByText("No. 3")).toBeTruthy();
    expect(screen.getByText("Question 3 of 3")).toBeTruthy();
    expect(screen.getAllByText("2 questions came before, on pages that are closed.").length).toBeGreaterThan(0);
    expect(screen.queryByRole("button", { name: /^Question 1/ })).toBeNull();
    expect(screen.getByRole("button", { name: "Hand in" })).toBeTruthy();
  });

  it("wait for the network calmly, and let the candidate go back meanwhile", async () => {
    await onPages(asked(1, 2), asked(3));
    await fireEvent.click(screen.getByRole("button", { name: "End of this page" }));
    await show();
    place.api.down = offline();
    await fireEvent.click(screen.getByRole("button", { name: "Continue to the next page" }));
    await later(20_000);
    place.socket.tell("closed");
    await show();
    expect(screen.getByText(/It opens by itself when the connection is back/)).toBeTruthy();
    await fireEvent.click(screen.getByRole("button", { name: "Back to the questions" }));
    await show();
    expect(screen.getByText("No. 1")).toBeTruthy();
    expect(room.state.turning).toBe(false);
  });

  it("of one question each say on their button that it closes them", async () => {
    await onPages(asked(1), asked(2));
    await fireEvent.input(screen.getByRole("textbox"), { target: { value: "x" } });
    await show();
    expect(screen.getByText(/after “Continue” you cannot come back/)).toBeTruthy();
    await fireEvent.click(screen.getByRole("button", { name: /^Continue/ }));
    await later(1_000);
    expect(screen.getByText("No. 2")).toBeTruthy();
  });

  it("say when something came after they were closed", async () => {
    await onPages(asked(1, 2), asked(3));
    place.api.server.turn(1, {}, [3]);
    room.answer(1, "too late", "done");
    await later(2_000);
    expect(screen.getByText("No. 3")).toBeTruthy();
    expect(screen.getByText(/^1 answer came after its page was closed/)).toBeTruthy();
  });

  it("that were not asked are named before a hand-in", async () => {
    await onPages(asked(1, 2), asked(3));
    await fireEvent.click(screen.getByRole("button", { name: "End of this page" }));
    await show();
    await fireEvent.click(screen.getByRole("button", { name: "Hand in here instead…" }));
    await show();
    expect(screen.getByText(/There may be more pages after this one/)).toBeTruthy();
  });
});
