import { expect, it } from "vitest";
import { Beside } from "./beside";
import { takesText } from "./paper";
import { options, question } from "./room/testing";

const [planet, other] = options("Mars", "another one");
const choice = question({ kind: "choice", choices: [planet!, { ...other!, text_response: true }] });

it("words are asked for by the question, or by an option that is picked", () => {
  expect(takesText(choice, null)).toBe(false);
  expect(takesText(choice, [1])).toBe(false);
  expect(takesText(choice, [2])).toBe(true);
  expect(takesText(question({ kind: "int", text_response: true }), null)).toBe(true);
});

it("words are put aside while the answer does not ask for them, and found again", () => {
  const beside = new Beside();
  expect(beside.withValue(choice, [1], "Pluto")).toBeNull();
  expect(beside.withValue(choice, [2], null)).toBe("Pluto");
});

it("words that were taken back do not return", () => {
  const beside = new Beside();
  beside.withValue(choice, [1], "Pluto");
  expect(beside.typed(choice.id, "")).toBeNull();
  expect(beside.withValue(choice, [2], null)).toBeNull();
});
