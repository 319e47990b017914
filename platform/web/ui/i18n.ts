/**
 * Texts, numbers and dates in the language of the page.
 *
 * Texts come from Django's JavaScript catalogue (`/i18n/<lang>.js`); `manage.py messages`
 * finds the literal first arguments of `t()` and `tn()`. Digits and calendar come from `Intl`.
 */

export type Params = Readonly<Record<string, string | number>>;

interface Catalogue {
  gettext?: (message: string) => string;
  ngettext?: (singular: string, plural: string, count: number) => string;
}

const catalogue = (): Catalogue => globalThis as Catalogue;

/** Language of the page, for example `fa`. */
export function language(): string {
  return document.documentElement.lang || "en";
}

/** Whether the page is written from right to left. */
export function isRightToLeft(): boolean {
  return document.documentElement.dir === "rtl";
}

/** Locale for Intl: Persian pages use Persian digits and the Persian calendar. */
export function intlLocale(): string {
  return language().startsWith("fa") ? "fa-IR-u-ca-persian-nu-arabext" : `${language()}-GB`.replace("en-GB-GB", "en-GB");
}

/** Time zone of the person's profile; the browser's when none is set. */
export function timeZone(): string | undefined {
  return document.documentElement.dataset.timeZone || undefined;
}

/** Translate; `%(name)s` is filled from params, numbers in the page's digits. */
export function t(message: string, params?: Params): string {
  return fill(catalogue().gettext?.(message) ?? message, params);
}

/** Translate with a count; `%(count)s` is filled with it. */
export function tn(singular: string, plural: string, count: number, params?: Params): string {
  const text = catalogue().ngettext?.(singular, plural, count) ?? (count === 1 ? singular : plural);
  return fill(text, { count, ...params });
}

function fill(text: string, params?: Params): string {
  if (!params) return text;
  return text.replace(/%\((\w+)\)s/g, (whole, name: string) => {
    const value = params[name];
    if (value === undefined) return whole;
    return typeof value === "number" ? formatNumber(value) : value;
  });
}

/** A number in the page's digits. */
export function formatNumber(value: number, options?: Intl.NumberFormatOptions): string {
  return new Intl.NumberFormat(intlLocale(), options).format(value);
}

/** A share between 0 and 1 as a percentage. */
export function formatPercent(share: number, digits = 0): string {
  return formatNumber(share, { style: "percent", maximumFractionDigits: digits });
}

const STYLES = {
  time: { hour: "2-digit", minute: "2-digit", hourCycle: "h23" },
  seconds: { hour: "2-digit", minute: "2-digit", second: "2-digit", hourCycle: "h23" },
  date: { day: "numeric", month: "long", year: "numeric" },
  day: { weekday: "long", day: "numeric", month: "long" },
  datetime: { day: "numeric", month: "short", year: "numeric", hour: "2-digit", minute: "2-digit", hourCycle: "h23" },
} as const satisfies Record<string, Intl.DateTimeFormatOptions>;

export type DateStyle = keyof typeof STYLES;

/** An instant (milliseconds since the epoch) in the person's time zone. */
export function formatDate(at: number | Date, style: DateStyle = "datetime"): string {
  return new Intl.DateTimeFormat(intlLocale(), { ...STYLES[style], timeZone: timeZone() }).format(at);
}

/** A span as a clock: `48:12`, `1:02:03`; never below zero. */
export function formatClock(spanMs: number): string {
  const total = Math.max(0, Math.floor(spanMs / 1000));
  const [hours, minutes, seconds] = [Math.floor(total / 3600), Math.floor((total % 3600) / 60), total % 60];
  const two = (value: number) => formatNumber(value, { minimumIntegerDigits: 2 });
  return hours > 0
    ? `${formatNumber(hours)}:${two(minutes)}:${two(seconds)}`
    : `${two(minutes)}:${two(seconds)}`;
}

/** A span in words, largest unit only: `3 minutes`. */
export function formatSpan(spanMs: number): string {
  const seconds = Math.max(0, Math.round(spanMs / 1000));
  if (seconds < 60) return unit(seconds, "second");
  if (seconds < 3600) return unit(Math.round(seconds / 60), "minute");
  if (seconds < 86_400) return unit(Math.round(seconds / 3600), "hour");
  return unit(Math.round(seconds / 86_400), "day");
}

function unit(value: number, name: "second" | "minute" | "hour" | "day"): string {
  return formatNumber(value, { style: "unit", unit: name, unitDisplay: "long" });
}
