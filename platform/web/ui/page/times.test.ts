import { beforeEach, describe, expect, it, vi } from "vitest";
import { countdownText, localizeTimes, serverOffsetMs, tickCountdowns } from "$web/page/times";

const AT = Date.UTC(2026, 10, 21, 9, 5, 7);

beforeEach(() => {
  document.documentElement.lang = "en";
  document.documentElement.dataset.timeZone = "Asia/Tehran";
  document.body.innerHTML = "";
});

describe("times", () => {
  it("are written in the reader's zone, with the whole instant as title", () => {
    document.body.innerHTML = '<time datetime="2026-11-21T09:05:07+00:00" data-local="time">09:05 UTC</time>';
    localizeTimes(document);
    const time = document.querySelector("time");
    expect(time?.textContent).toBe("12:35");
    expect(time?.title).toContain("21 Nov 2026");
  });

  it("are left alone when they are broken or not ours", () => {
    document.body.innerHTML = '<time datetime="soon" data-local="time">soon</time><time datetime="2026-01-01">then</time>';
    localizeTimes(document);
    expect([...document.querySelectorAll("time")].map((each) => each.textContent)).toEqual(["soon", "then"]);
  });
});

describe("a countdown", () => {
  it("is a clock within a day and words before", () => {
    expect(countdownText(65_000)).toBe("01:05");
    expect(countdownText(26 * 3_600_000)).toBe("1 day");
    expect(countdownText(0)).toBe("now");
  });

  it("runs on the given clock and says once that it is over", () => {
    document.body.innerHTML = '<time datetime="2026-11-21T09:05:07+00:00" data-countdown></time>';
    const over = vi.fn();
    document.addEventListener("countdown-over", over);
    tickCountdowns(document, AT - 61_000);
    expect(document.querySelector("time")?.textContent).toBe("01:01");
    expect(over).not.toHaveBeenCalled();
    tickCountdowns(document, AT);
    tickCountdowns(document, AT + 1000);
    expect(over).toHaveBeenCalledTimes(1);
    document.removeEventListener("countdown-over", over);
  });
});

describe("the server's clock", () => {
  it("is known from the time in the page, and not guessed without one", () => {
    delete document.body.dataset.serverTime;
    expect(serverOffsetMs()).toBe(0);
    document.body.dataset.serverTime = String(performance.timeOrigin + 90_000);
    expect(Math.round(serverOffsetMs() / 1000)).toBe(90);
  });
});
