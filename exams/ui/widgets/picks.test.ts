import { expect, it } from "vitest";
import { options, question } from "../room/testing";
import { pickedOf, picksOf, valueOfPicks } from "./picks";

it.each([
  [question({ kind: "choice", choices: options("a", "b") }), ["2"], [2]],
  [question({ kind: "choice", multiple: true, choices: options("a", "b") }), ["2", "1"], [2, 1]],
  [question({ kind: "int", choices: options("one", "two") }), ["1"], [1]],
  [question({ kind: "bool", choices: options("I agree") }), ["1"], [1]],
  [question({ kind: "bool" }), ["false"], false],
  [question({ kind: "rating", min_value: "0", max_value: "3" }), ["0"], "0"],
])("%j: the picks %j are the answer %j, and come back from it", (asked, picked, value) => {
  expect(valueOfPicks(asked, picked)).toEqual(value);
  expect(pickedOf(value)).toEqual(picked);
  expect(picksOf(asked).map((pick) => pick.id)).toEqual(expect.arrayContaining(picked));
  expect(valueOfPicks(asked, [])).toBeNull();
});

it("a scale begins and ends where its author says", () => {
  expect(picksOf(question({ kind: "rating", min_value: "0", max_value: "2" })).map((pick) => pick.id)).toEqual(["0", "1", "2"]);
});
