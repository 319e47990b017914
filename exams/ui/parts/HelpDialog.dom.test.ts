import { cleanup, fireEvent, render, screen } from "@testing-library/svelte";
import { tick } from "svelte";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { CallError } from "$web/socket";
import { settlePromises } from "../autosave/testing";
import type { HelpRequest, Incident } from "../player";
import HelpDialog from "./HelpDialog.svelte";

beforeEach(() => {
  HTMLDialogElement.prototype.showModal ??= function showModal(this: HTMLDialogElement) { this.open = true; };
});
afterEach(cleanup);

const field = () => screen.getByRole("textbox", { name: "Ask the invigilators", hidden: true }) as HTMLTextAreaElement;
const failure = () => screen.queryByRole("alert", { hidden: true });

async function ask(words: string): Promise<void> {
  await fireEvent.input(field(), { target: { value: words } });
  await fireEvent.click(screen.getByRole("button", { name: "Raise my hand", hidden: true }));
  await settlePromises();
  await tick();
}

describe("raising a hand", () => {
  let asked: [string, string][];
  let requests: HelpRequest[];
  const request = (id: string, text: string): HelpRequest => ({ id, text, asked_at: 5, reply: "", answered_at: null, answered_by: "" });
  const props = (onask: (id: string, text: string) => Promise<void>) => ({
    open: true, requests, incidents: [], keys: true, onask, onexplain: () => Promise.resolve(),
  });
  const offline = (id: string, text: string): Promise<void> => {
    asked.push([id, text]);
    return Promise.reject(new CallError("offline"));
  };

  beforeEach(() => {
    [asked, requests] = [[], []];
  });

  it("tries the same words again as the same request, and other words as another", async () => {
    render(HelpDialog, props(offline));
    await ask("I need a break.");
    expect(failure()).not.toBeNull();
    expect(field().value).toBe("I need a break.");
    await ask("I need a break.");
    await ask("My mouse is broken.");
    const ids = asked.map(([id]) => id);
    expect(asked.map(([, text]) => text)).toEqual(["I need a break.", "I need a break.", "My mouse is broken."]);
    expect([ids[0] === ids[1], ids[1] === ids[2]]).toEqual([true, false]);
  });

  it("takes its failure back when the hand turns out to have arrived", async () => {
    const { rerender } = render(HelpDialog, props(offline));
    await ask("I need a break.");
    requests = [request("another", "Earlier words")];
    await rerender({ requests });
    expect([failure() === null, field().value]).toEqual([false, "I need a break."]);
    requests = [...requests, request(asked[0]?.[0] ?? "", "I need a break.")];
    await rerender({ requests });
    expect([failure() === null, field().value]).toEqual([true, ""]);
  });

  it("leaves words alone that were written after it", async () => {
    const { rerender } = render(HelpDialog, props(offline));
    await ask("I need a break.");
    await fireEvent.input(field(), { target: { value: "I need a break. Now." } });
    await rerender({ requests: [request(asked[0]?.[0] ?? "", "I need a break.")] });
    expect(field().value).toBe("I need a break. Now.");
  });
});

describe("what was noted", () => {
  const incident = (id: number, more: Partial<Incident> = {}): Incident => ({
    id, kind: "paste", state: "open", amount: 720, unit: "characters", last_at: 5, statement: "", owner: "", reason: "", ...more,
  });
  const noted = (incidents: Incident[], onexplain: () => Promise<void> = () => Promise.resolve()) =>
    render(HelpDialog, { open: true, requests: [], incidents, keys: true, onask: () => Promise.resolve(), onexplain });
  const words = () => screen.getByRole("textbox", { name: /^Explain:/, hidden: true }) as HTMLInputElement;

  async function explain(text: string): Promise<void> {
    await fireEvent.input(words(), { target: { value: text } });
    await fireEvent.click(screen.getByRole("button", { name: "Explain", hidden: true }));
    await settlePromises();
    await tick();
  }

  it("takes more words below those that were said before", async () => {
    const said: [number, string][] = [];
    const { container } = render(HelpDialog, {
      open: true, requests: [], incidents: [incident(1, { statement: "The laptop slept." })], keys: true,
      onask: () => Promise.resolve(),
      onexplain: async ({ id }: Incident, text: string) => void said.push([id, text]),
    });
    expect(container.textContent).toContain("The laptop slept.");
    await explain("Twice.");
    expect(said).toEqual([[1, "Twice."]]);
    expect(words().value).toBe("");
  });

  it.each([
    ["statement_full", "Ask for help to say more"],
    ["incident_decided", "This has been decided"],
    ["timeout", "There is no connection now"],
  ])("says of %s what it is, and keeps the words", async (code, said) => {
    noted([incident(1)], () => Promise.reject(new CallError(code)));
    await explain("Twice.");
    expect(failure()?.textContent).toContain(said);
    expect(words().value).toBe("Twice.");
  });

  it("can be explained until a person has decided", () => {
    const { container } = noted([incident(1)]);
    expect(container.textContent).toContain("Explain one if you like");
    expect(screen.getAllByRole("button", { name: "Explain", hidden: true })).toHaveLength(1);
  });

  it("then says who decided how, with the words that are for the student", () => {
    const { container } = noted([incident(1, { state: "dismissed", owner: "Ivo", reason: "Own notes" }), incident(2, { state: "noted", owner: "Ivo" })]);
    expect(container.textContent).toContain("dismissed by Ivo: Own notes");
    expect(container.textContent).toContain("noted by Ivo");
    expect(container.textContent).not.toContain("Explain one if you like");
    expect(screen.queryByRole("button", { name: "Explain", hidden: true })).toBeNull();
  });
});
