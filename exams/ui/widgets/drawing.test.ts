import { expect, it } from "vitest";
import { options, question } from "../room/testing";
import { drawingOf } from "./drawing";

it.each([
  ["bool", "RadioSelect", "options"], ["bool", "CheckboxInput", "box"], ["bool", "Select", "list"],
  ["char", "TextInput", "line"], ["char", "Textarea", "area"],
  ["text", "Textarea", "area"], ["text", "TextInput", "line"],
  ["choice", "RadioSelect", "options"], ["choice", "CheckboxSelectMultiple", "options"],
  ["choice", "Select", "list"], ["choice", "SelectMultiple", "box_list"],
  ["date", "DateInput", "picker"], ["date", "TextInput", "typed_time"],
  ["datetime", "DateTimeInput", "picker"], ["datetime", "TextInput", "typed_time"],
  ["time", "TimeInput", "picker"], ["time", "TextInput", "typed_time"],
  ["int", "TextInput", "number"], ["float", "TextInput", "number"], ["decimal", "TextInput", "number"],
  ["rating", "RadioSelect", "options"], ["rating", "Select", "list"], ["rating", "TextInput", "number"],
  ["file", "", "file"], ["matching", "", "matching"], ["ordering", "", "ordering"], ["info", "", "info"],
] as const)("%s by %s is drawn as %s", (kind, widget, drawing) => {
  expect(drawingOf(question({ kind, widget }))).toBe(drawing);
});

it.each(["int", "date", "char", "bool"] as const)("a question for %s that offers values lets one of them be picked", (kind) => {
  const offering = question({ kind, widget: "TextInput", choices: options("one", "two") });
  expect(drawingOf(offering)).toBe("options");
  expect(drawingOf({ ...offering, widget: "Select" })).toBe("list");
});

it("a question for a value that offers none is typed, whatever its widget", () => {
  expect(drawingOf(question({ kind: "int", widget: "RadioSelect" }))).toBe("number");
  expect(drawingOf(question({ kind: "date", widget: "Select" }))).toBe("picker");
});
