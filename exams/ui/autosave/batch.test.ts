import { describe, expect, it } from "vitest";
import { BATCH_ANSWERS, KEEPALIVE_BYTES, backOffMs, farewellBatches, nextBatch } from "./batch";

const answers = (count: number, length = 1) =>
  Array.from({ length: count }, (_, index) => ({
    question: index + 1,
    seq: index + 1,
    value: "x".repeat(length),
    text: null,
    clientAt: 0,
  }));

describe("nextBatch", () => {
  it("takes the first twenty", () => {
    const batch = nextBatch(answers(50));
    expect(batch.map((answer) => answer.question)).toEqual(answers(20).map((answer) => answer.question));
    expect(batch).toHaveLength(BATCH_ANSWERS);
  });

  it("stays below the size limit but never sends nothing", () => {
    expect(nextBatch(answers(5, 90_000))).toHaveLength(2);
    expect(nextBatch(answers(5, 900_000))).toHaveLength(1);
    expect(nextBatch([])).toEqual([]);
  });

  it("counts bytes, not letters", () => {
    const persian = answers(3).map((answer) => ({ ...answer, value: "ی".repeat(60_000) }));
    expect(nextBatch(persian)).toHaveLength(1);
  });
});

describe("farewellBatches", () => {
  it("stays within the keepalive budget of the whole page", () => {
    const sent = farewellBatches(answers(50, 3_000)).flat();
    expect(sent.length).toBeGreaterThan(15);
    expect(sent.reduce((sum, answer) => sum + answer.value.length + 100, 0)).toBeLessThanOrEqual(KEEPALIVE_BYTES);
  });

  it("counts the words beside an answer too", () => {
    const [first, second] = answers(2);
    const wordy = { ...first!, text: "y".repeat(70_000) };
    expect(farewellBatches([wordy, second!]).flat()).toEqual([second]);
    expect(nextBatch([{ ...wordy, text: "y".repeat(190_000) }, answers(2, 20_000)[1]!])).toHaveLength(1);
  });

  it("leaves out what is too large and sends the rest", () => {
    const [first, ...rest] = answers(3);
    const batches = farewellBatches([{ ...first!, value: "x".repeat(70_000) }, ...rest]);
    expect(batches.flat().map((answer) => answer.question)).toEqual([2, 3]);
  });

  it("cuts into requests of twenty", () => {
    expect(farewellBatches(answers(45)).map((batch) => batch.length)).toEqual([20, 20, 5]);
    expect(farewellBatches([])).toEqual([]);
  });
});

describe("backOffMs", () => {
  it.each([
    [1, 250, 500],
    [2, 500, 1_000],
    [5, 4_000, 8_000],
    [6, 7_500, 15_000],
    [40, 7_500, 15_000],
  ])("after %i failures waits between %i and %i ms", (failures, least, most) => {
    expect(backOffMs(failures, () => 0)).toBe(least);
    expect(backOffMs(failures, () => 1)).toBe(most);
  });

  it("waits at least as long as the server asks", () => {
    expect(backOffMs(1, () => 0, 30_000)).toBe(30_250);
  });
});
