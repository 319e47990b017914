import { describe, expect, it } from "vitest";
import { latinDigits, numberFault, readNumber } from "./number";

const free = { kind: "decimal", min_value: null, max_value: null } as const;

describe("readNumber", () => {
  it.each([
    ["12", 12],
    ["-0.5", -0.5],
    ["0,5", 0.5],
    ["۱۲٫۵", 12.5],
    ["٣", 3],
    ["۱٬۰۰۰", 1000],
    ["−4", -4],
    [" 7 ", 7],
    ["1e3", 1000],
    [".5", 0.5],
  ])("%s is %d", (text, number) => {
    expect(readNumber(text)).toBe(number);
  });

  it.each(["", "a", "1.2.3", "1,2,3", "1_000", "--1", "1e", "Infinity", "0x10", "12 apples"])("%s is none", (text) => {
    expect(readNumber(text)).toBeNull();
  });
});

describe("numberFault", () => {
  it.each([
    ["", free, null],
    ["1.5", free, null],
    ["x", free, "not_a_number"],
    ["1.5", { ...free, kind: "int" }, "not_whole"],
    ["3", { ...free, kind: "int" }, null],
    ["3", { ...free, min_value: "3", max_value: "5" }, null],
    ["2.9", { ...free, min_value: "3", max_value: "5" }, "out_of_range"],
    ["5.1", { ...free, min_value: "3", max_value: "5" }, "out_of_range"],
    ["0", { ...free, min_value: "0", max_value: null }, null],
  ] as const)("%s under %j is %s", (text, rules, fault) => {
    expect(numberFault(text, rules)).toBe(fault);
  });
});

it("latinDigits leaves everything but digits alone", () => {
  expect(latinDigits("الف ۱۲ و ٣٤ and 56")).toBe("الف 12 و 34 and 56");
});
