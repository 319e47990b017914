import { expect, it } from "vitest";
import { type Stop, Walk, type WalkView } from "./walk";

function walk(pages = 2) {
  const asked: { closed: number; answers: Record<number, unknown> }[] = [];
  let shown: WalkView | null = null;
  const made = new Walk("1", "/walk", (view) => (shown = view), async ({ closed, answers }) => {
    asked.push({ closed, answers });
    if (closed === 99) throw new Error("gone");
    const at = Math.min(closed, pages);
    return { questions: [], closed: at, trail: [], end: at === pages ? ["the end"] : [] } satisfies Stop;
  });
  return { made, asked, view: () => shown as unknown as WalkView };
}

it("goes on with what was answered and comes back with it", async () => {
  const { made, asked, view } = walk();
  await made.start();
  made.answer(7, [1]);
  await made.onward();
  await made.onward();
  expect(asked.map((one) => one.closed)).toEqual([0, 1, 2]);
  expect(asked.at(-1)?.answers).toEqual({ 7: [1] });
  expect(view().stop?.end).toEqual(["the end"]);
  await made.back();
  expect(view().stop?.closed).toBe(1);
  await made.start();
  expect(view().answers).toEqual({});
});

it("stays where it was when no answer comes", async () => {
  const { made, view } = walk(200);
  await made.start();
  for (let page = 0; page < 99; page += 1) await made.onward();
  expect(view().failed).toBe(true);
  expect(view().stop?.closed).toBe(98);
});
