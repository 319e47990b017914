/** Reads a typed date or time as the server does: ISO order, digits of any of our scripts (pure). */
import { latinDigits } from "./number";

export type TimeKind = "date" | "datetime" | "time";

/** How to write one; left to right in every language, as the field itself. */
export const EXAMPLES: Record<TimeKind, string> = {
  date: "\u20662026-11-21\u2069",
  time: "\u206614:30\u2069",
  datetime: "\u20662026-11-21 14:30\u2069",
};

const DAY = String.raw`(\d{4})-(\d{2})-(\d{2})`;
const SHAPES: Record<TimeKind, RegExp> = {
  date: new RegExp(`^${DAY}$`),
  time: /^(\d{1,2}):(\d{1,2})(?::(\d{1,2}))?$/,
  datetime: new RegExp(`^${DAY}[T ](\\d{2}):(\\d{2})(?::(\\d{2}))?$`, "i"),
};

/** Whether the text is a date or time of this kind; an empty one is not wrong. */
export function isTimeOf(kind: TimeKind, text: string): boolean {
  const plain = latinDigits(text).trim();
  const parts = SHAPES[kind].exec(plain)?.slice(1).map((part) => Number(part ?? 0));
  if (!parts) return plain === "";
  const day = kind === "time" ? [] : parts.slice(0, 3);
  const clock = kind === "date" ? [] : parts.slice(day.length);
  return isDay(day) && isClock(clock);
}

function isDay([year, month, day]: number[]): boolean {
  if (year === undefined || month === undefined || day === undefined) return true;
  const at = new Date(Date.UTC(year, month - 1, day));
  return year > 0 && at.getUTCMonth() === month - 1 && at.getUTCDate() === day;
}

function isClock([hour = 0, minute = 0, second = 0]: number[]): boolean {
  return hour < 24 && minute < 60 && second < 60;
}
