import { expect, it, vi } from "vitest";
import { type Trial, Trials } from "./trial";

const NOTHING: Trial = { question: null, verdict: [], findings: [] };

function trials(ask: (url: string, body: FormData) => Promise<string>) {
  document.body.innerHTML = `<form action="/here"><input name="prompt" value="2 + 2?"></form>`;
  const shown: Trial[] = [];
  const failures: unknown[] = [];
  const form = document.querySelector("form") as HTMLFormElement;
  const made = new Trials(form, (trial) => shown.push(trial), (error) => failures.push(error), ask);
  return { made, shown, failures };
}

it("sends the form as it stands, and an answer only where there is one", async () => {
  const bodies: FormData[] = [];
  const { made, shown } = trials(async (_url, body) => {
    bodies.push(body);
    return JSON.stringify(NOTHING);
  });
  await made.now();
  await made.now([2]);
  expect(bodies.map((body) => [body.get("trial"), body.get("prompt"), body.get("answer")])).toEqual([
    ["1", "2 + 2?", null],
    ["1", "2 + 2?", "[2]"],
  ]);
  expect(shown).toHaveLength(2);
});

it("shows only the newest answer, whatever order they come in", async () => {
  const replies: ((text: string) => void)[] = [];
  const { made, shown } = trials(() => new Promise((resolve) => replies.push(resolve)));
  const first = made.now("a");
  const second = made.now("b");
  replies[1]?.(JSON.stringify({ ...NOTHING, verdict: [{ tone: "ok", text: "second" }] }));
  replies[0]?.(JSON.stringify(NOTHING));
  await Promise.all([first, second]);
  expect(shown.map((trial) => trial.verdict[0]?.text)).toEqual(["second"]);
});

it("waits for a pause in typing, and asks no more once it is stopped", async () => {
  vi.useFakeTimers();
  const ask = vi.fn(async () => JSON.stringify(NOTHING));
  const { made } = trials(ask);
  made.soon();
  made.soon();
  vi.advanceTimersByTime(1000);
  expect(ask).toHaveBeenCalledTimes(1);
  made.soon();
  made.stop();
  vi.advanceTimersByTime(1000);
  expect(ask).toHaveBeenCalledTimes(1);
  vi.useRealTimers();
});

it("says a failure once, and nothing of one that was overtaken", async () => {
  const { made, failures } = trials(() => Promise.reject(new Error("gone")));
  await Promise.all([made.now("a"), made.now("b")]);
  expect(failures).toHaveLength(1);
});
