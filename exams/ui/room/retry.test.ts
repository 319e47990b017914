import { expect, it } from "vitest";
import { HandClock, settlePromises } from "../autosave/testing";
import { Retry } from "./retry";

const never = () => Promise.resolve(false);

function setUp(successAt: number) {
  const clock = new HandClock(() => 1, settlePromises);
  const tries: number[] = [];
  const retry = new Retry(clock);
  const work = () => {
    tries.push(clock.now());
    return tries.length < successAt ? Promise.reject(new Error("away")) : Promise.resolve();
  };
  return { clock, tries, retry, work };
}

it("tries later and later until it works", async () => {
  const { clock, tries, retry, work } = setUp(4);
  const begun = clock.now();
  const running = retry.run(work, never);
  await clock.pass(60_000);
  await running;
  expect(tries.map((at) => at - begun)).toEqual([0, 500, 1_500, 3_500]);
  expect(retry.isRunning).toBe(false);
});

it("ends when trying is of no use", async () => {
  const { clock, tries, retry, work } = setUp(9);
  await retry.run(work, () => Promise.resolve(tries.length === 1));
  await clock.pass(60_000);
  expect(tries).toHaveLength(1);
});

it("is one run however often it is asked for", async () => {
  const { clock, tries, retry, work } = setUp(2);
  const both = Promise.all([retry.run(work, never), retry.run(work, never)]);
  await clock.pass(60_000);
  await both;
  expect(tries).toHaveLength(2);
});

it("hurries when there is reason to, and begins again with short rests", async () => {
  const { clock, tries, retry, work } = setUp(12);
  void retry.run(work, never);
  await clock.pass(40_000);
  const before = tries.length;
  retry.hurry();
  await settlePromises();
  expect(tries).toHaveLength(before + 1);
  await clock.pass(500);
  expect(tries).toHaveLength(before + 2);
});
