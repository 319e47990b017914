import { cleanup, fireEvent, render, screen } from "@testing-library/svelte";
import { tick } from "svelte";
import { afterEach, beforeEach, expect, it, vi } from "vitest";
import Order from "./Order.svelte";

beforeEach(() => {
  HTMLDialogElement.prototype.showModal ??= function showModal(this: HTMLDialogElement) { this.open = true; };
});
afterEach(cleanup);

it("an order whose answer was lost is the same order when it is sent again, and another with other words", async () => {
  const onsend = vi.fn((_words: { id: string; text: string; extra_s: number }) => Promise.reject({ code: "timeout" }));
  render(Order, { kind: "extend", name: "Ana", about: "", maxExtraS: 900, onsend, onclose: () => {} });
  const send = async (reason: string) => {
    await fireEvent.input(screen.getByLabelText(/Reason/), { target: { value: reason } });
    await fireEvent.submit(document.querySelector("form") as HTMLFormElement);
    await tick();
  };
  await send("Fire alarm");
  await send("Fire alarm");
  await send("Fire alarm, 5 minutes");
  const sent = onsend.mock.calls.map(([words]) => words);
  expect(sent.map(({ text, extra_s }) => [text, extra_s])).toEqual([
    ["Fire alarm", 300], ["Fire alarm", 300], ["Fire alarm, 5 minutes", 300],
  ]);
  expect([sent[0]?.id === sent[1]?.id, sent[1]?.id === sent[2]?.id]).toEqual([true, false]);
  expect(sent[0]?.id).toMatch(/^[0-9a-f-]{36}$/);
});
