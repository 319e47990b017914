import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { formatClock, formatDate, formatNumber, formatPercent, formatSpan, intlLocale, isRightToLeft, t, tn } from "$web/i18n";

const AT = Date.UTC(2026, 10, 21, 9, 5, 7);

function page(lang: string, dir: string, zone = "Europe/Berlin"): void {
  document.documentElement.lang = lang;
  document.documentElement.dir = dir;
  document.documentElement.dataset.timeZone = zone;
}

beforeEach(() => page("en", "ltr"));
afterEach(() => vi.unstubAllGlobals());

describe("texts", () => {
  it("stay as they are without a catalogue", () => {
    expect(t("Saved %(time)s", { time: "10:42" })).toBe("Saved 10:42");
    expect(tn("%(count)s answer", "%(count)s answers", 1)).toBe("1 answer");
    expect(tn("%(count)s answer", "%(count)s answers", 3)).toBe("3 answers");
  });

  it("come from Django's catalogue", () => {
    vi.stubGlobal("gettext", (text: string) => (text === "Save" ? "ذخیره" : text));
    vi.stubGlobal("ngettext", (_one: string, _many: string, count: number) => (count > 1 ? "%(count)s ها" : "یکی"));
    expect(t("Save")).toBe("ذخیره");
    expect(tn("a", "b", 1)).toBe("یکی");
    page("fa", "rtl");
    expect(tn("a", "b", 12)).toBe("۱۲ ها");
  });

  it("keep a placeholder nobody filled, and never read inherited names", () => {
    expect(t("%(a)s and %(b)s", { a: "x" })).toBe("x and %(b)s");
    expect(t("100% of %(n)s", { n: 5 })).toBe("100% of 5");
  });
});

describe("numbers", () => {
  it("use the digits of the page", () => {
    expect(formatNumber(1234.5)).toBe("1,234.5");
    page("fa", "rtl");
    expect(formatNumber(1234)).toBe("۱٬۲۳۴");
    expect(formatPercent(0.256)).toContain("۲۶");
    expect(isRightToLeft()).toBe(true);
  });

  it("write spans as a clock that never runs below zero", () => {
    expect(formatClock(2_892_000)).toBe("48:12");
    expect(formatClock(3_723_999)).toBe("1:02:03");
    expect(formatClock(-5)).toBe("00:00");
    page("fa", "rtl");
    expect(formatClock(2_892_000)).toBe("۴۸:۱۲");
  });

  it("write spans in words by their largest unit", () => {
    expect(formatSpan(18_000)).toBe("18 seconds");
    expect(formatSpan(180_000)).toBe("3 minutes");
    expect(formatSpan(7_200_000)).toBe("2 hours");
    expect(formatSpan(3 * 86_400_000)).toBe("3 days");
  });
});

describe("dates", () => {
  it("are in the zone of the profile", () => {
    expect(formatDate(AT, "time")).toBe("10:05");
    page("en", "ltr", "Asia/Tokyo");
    expect(formatDate(AT, "seconds")).toBe("18:05:07");
  });

  it("follow the Persian calendar on a Persian page", () => {
    page("fa", "rtl", "Asia/Tehran");
    expect(intlLocale()).toContain("ca-persian");
    expect(formatDate(AT, "date")).toContain("۱۴۰۵");
    expect(formatDate(AT, "date")).toContain("آبان");
  });

  it("show midnight as 00:00", () => {
    page("en", "ltr", "UTC");
    expect(formatDate(Date.UTC(2026, 0, 1, 0, 0), "time")).toBe("00:00");
  });
});
