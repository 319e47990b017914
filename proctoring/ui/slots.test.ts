import { expect, it } from "vitest";
import { assignSlots } from "$proctoring/slots";

const empty = [null, null, null];

it("fills free slots in order", () => {
  expect(assignSlots(empty, [7, 8])).toEqual([7, 8, null]);
});

it("keeps the slot of whoever stays on the page, whatever the order of the tiles", () => {
  expect(assignSlots([7, 8, 9], [9, 5, 7])).toEqual([7, 5, 9]);
});

it("shows as many as there are slots and never one twice", () => {
  expect(assignSlots(empty, [1, 2, 3, 4])).toEqual([1, 2, 3]);
  expect(assignSlots([1, null, null], [1, 1])).toEqual([1, null, null]);
});
