import { describe, expect, it } from "vitest";
import { options } from "../room/testing";
import { moved, orderOf, placeAt, placeByKey, stepAside } from "./order";

const drawn = { choices: options("a", "b", "c", "d") };

describe("the order", () => {
  it("is as drawn before there is an answer, and the candidate's after", () => {
    expect(orderOf(drawn, null)).toEqual([1, 2, 3, 4]);
    expect(orderOf(drawn, [3, 1, 4, 2])).toEqual([3, 1, 4, 2]);
  });

  it("always holds every item once, whatever the answer names", () => {
    expect(orderOf(drawn, [4, 99])).toEqual([4, 1, 2, 3]);
  });

  it.each([
    [0, 2, [2, 3, 1, 4]], [3, 0, [4, 1, 2, 3]], [1, 1, [1, 2, 3, 4]], [0, 9, [2, 3, 4, 1]], [2, -4, [3, 1, 2, 4]], [7, 0, [1, 2, 3, 4]],
  ])("with %i moved to %i", (from, to, order) => {
    expect(moved([1, 2, 3, 4], from, to)).toEqual(order);
  });
});

describe("a drag", () => {
  const middles = [20, 60, 140, 200];

  it.each([[1, 60, 1], [1, 141, 2], [1, 999, 3], [1, 19, 0], [3, 139, 2], [3, 61, 2], [3, 59, 1]])(
    "of item %i to the height %i lands at %i",
    (from, height, to) => {
      expect(placeAt(middles, from, height)).toBe(to);
    },
  );

  it("makes the others step aside, and only those between", () => {
    expect([0, 1, 2, 3].map((place) => stepAside(place, 0, 2))).toEqual([0, -1, -1, 0]);
    expect([0, 1, 2, 3].map((place) => stepAside(place, 3, 1))).toEqual([0, 1, 1, 0]);
  });
});

it.each([["ArrowUp", 1], ["ArrowDown", 3], ["Home", 0], ["End", 3], ["x", null]])("the key %s takes item 2 to %s", (key, to) => {
  expect(placeByKey(key, 2, 4)).toBe(to);
});
