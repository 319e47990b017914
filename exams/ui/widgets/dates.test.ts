import { expect, it } from "vitest";
import { isTimeOf } from "./dates";

it.each([
  ["date", "2026-11-21", true], ["date", "۲۰۲۶-۱۱-۲۱", true], ["date", "2026-02-30", false], ["date", "21.11.2026", false],
  ["date", "", true], ["time", "9:05", true], ["time", "09:05:59", true], ["time", "24:00", false], ["time", "noon", false],
  ["datetime", "2026-11-21 14:30", true], ["datetime", "2026-11-21T14:30:10", true], ["datetime", "2026-11-21", false],
  ["datetime", "2026-11-21 14:60", false],
] as const)("%s %s: %s", (kind, text, isFine) => {
  expect(isTimeOf(kind, text)).toBe(isFine);
});
