/** Reads a typed number as the server does: Latin, Persian and Arabic digits, point or comma. */
import type { Question } from "../paper";

export type NumberFault = "not_a_number" | "not_whole" | "out_of_range";

const ZEROS = [0x30, 0x6f0, 0x660];

/** The text with every digit as 0 to 9. */
export function latinDigits(text: string): string {
  return [...text]
    .map((letter) => {
      const code = letter.codePointAt(0) ?? 0;
      const zero = ZEROS.find((start) => code >= start && code <= start + 9);
      return zero === undefined ? letter : String(code - zero);
    })
    .join("");
}

/** The number, or null when the text is none. */
export function readNumber(text: string): number | null {
  const plain = latinDigits(text).trim().replaceAll("٬", "").replace("٫", ".").replace("−", "-");
  const pointed = plain.includes(".") ? plain : plain.replace(",", ".");
  return /^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d{1,3})?$/i.test(pointed) ? Number(pointed) : null;
}

/** What the candidate should be told about a typed number; null when it is fine or empty. */
export function numberFault(
  text: string,
  { kind, min_value, max_value }: Pick<Question, "kind" | "min_value" | "max_value">,
): NumberFault | null {
  if (text.trim() === "") return null;
  const number = readNumber(text);
  if (number === null) return "not_a_number";
  if ((kind === "int" || kind === "rating") && !Number.isInteger(number)) return "not_whole";
  const tooLow = min_value !== null && number < Number(min_value);
  const tooHigh = max_value !== null && number > Number(max_value);
  return tooLow || tooHigh ? "out_of_range" : null;
}
