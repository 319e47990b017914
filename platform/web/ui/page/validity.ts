/** What the browser refuses in a field is said in the page's language, not in the browser's own. */
import { formatNumber, t, tn } from "$web/i18n";

type Field = HTMLInputElement | HTMLSelectElement | HTMLTextAreaElement;

/** Speak for every field of the page, those that are drawn later included. */
export function startValidity(): void {
  document.addEventListener("invalid", (event) => explain(event.target as Field), true);
  for (const name of ["input", "change"]) {
    document.addEventListener(name, (event) => (event.target as Partial<Field>).setCustomValidity?.(""), true);
  }
}

function explain(field: Field): void {
  field.setCustomValidity(""); // our own words would count as a fault of their own
  field.setCustomValidity(faultOf(field));
}

/** The sentence for what is wrong with a field; empty where only the browser knows one. */
export function faultOf(field: Field): string {
  const { validity } = field;
  if (validity.valueMissing) return missingOf(field);
  if (validity.badInput) return field.type === "number" ? t("Enter a number.") : t("This is not complete.");
  if (validity.rangeOverflow && isNumber(field)) return t("At most %(limit)s.", { limit: formatNumber(Number(field.max)) });
  if (validity.rangeUnderflow && isNumber(field)) return t("At least %(limit)s.", { limit: formatNumber(Number(field.min)) });
  if (validity.stepMismatch && isNumber(field)) return Number(field.step || 1) === 1 ? t("Enter a whole number.") : "";
  if (validity.typeMismatch && field.type === "email") return t("This is not an e-mail address.");
  if (validity.tooShort) return shortOf((field as HTMLInputElement).minLength);
  return "";
}

function missingOf(field: Field): string {
  if (field.type === "checkbox") return t("Tick this to go on.");
  if (field.type === "file") return t("Choose a file.");
  if (field instanceof HTMLSelectElement || field.type === "radio") return t("Choose one.");
  return t("Please fill this in.");
}

function shortOf(least: number): string {
  return tn("Write at least %(count)s character.", "Write at least %(count)s characters.", least);
}

function isNumber(field: Field): field is HTMLInputElement {
  return field.type === "number";
}
