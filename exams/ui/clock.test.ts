import { describe, expect, it } from "vitest";
import { ServerClock, announcementDue, face, split } from "./clock";

function setUp(first = 1_000_000) {
  const device = { now: 500 };
  const clock = new ServerClock(first, () => device.now);
  return { device, clock };
}

const latin = (value: number, atLeast: number) => String(value).padStart(atLeast, "0");

describe("ServerClock", () => {
  it("runs on from the page's time by the monotonic clock alone", () => {
    const { device, clock } = setUp();
    device.now += 2500;
    expect(clock.now()).toBe(1_002_500);
  });

  it("begins anew by the device's copy, and the next exchange wins however far off it is", () => {
    const { device, clock } = setUp();
    clock.sync(2_000_000, clock.mark());
    clock.believe(5_000_000);
    device.now += 1_000;
    expect(clock.now()).toBe(5_001_000);
    clock.sync(4_999_000, clock.mark());
    expect(clock.now()).toBe(4_999_000);
  });

  it("takes the middle of the exchange as the moment of the server's reading", () => {
    const { device, clock } = setUp();
    const sent = clock.mark();
    device.now += 200;
    clock.sync(1_000_400, sent);
    expect(clock.now()).toBe(1_000_500);
  });

  it("does not let a slow exchange spoil a fast one", () => {
    const { device, clock } = setUp();
    let sent = clock.mark();
    device.now += 10;
    clock.sync(1_000_005, sent);
    const before = clock.now();
    sent = clock.mark();
    device.now += 4000;
    clock.sync(1_000_050, sent); // answered early, then held up on the way back
    expect(clock.now()).toBe(before + 4000);
  });

  it("forgets a fast reading after ten minutes", () => {
    const { device, clock } = setUp();
    let sent = clock.mark();
    device.now += 10;
    clock.sync(1_000_005, sent);
    device.now += 601_000;
    sent = clock.mark();
    device.now += 100;
    clock.sync(1_603_000, sent);
    expect(clock.now()).toBe(1_603_050);
  });

  it("believes the server at once when the device slept and its clock stood still", () => {
    const { device, clock } = setUp();
    let sent = clock.mark();
    device.now += 2;
    clock.sync(1_000_001, sent);
    sent = clock.mark();
    device.now += 300;
    clock.sync(1_900_000, sent);
    expect(clock.now()).toBe(1_900_150);
  });

  it("counts down in whole seconds and stops at zero", () => {
    const { device, clock } = setUp();
    expect(clock.secondsUntil(1_001_500)).toBe(2);
    expect(clock.secondsUntil(1_001_000)).toBe(1);
    device.now += 90_000;
    expect(clock.secondsUntil(1_001_500)).toBe(0);
    expect(clock.secondsUntil(null)).toBeNull();
  });
});

describe("the face", () => {
  it.each([
    [0, "0:00"],
    [59, "0:59"],
    [60, "1:00"],
    [2892, "48:12"],
    [3600, "1:00:00"],
    [3909, "1:05:09"],
  ])("shows %i seconds as %s", (seconds, text) => {
    expect(face(seconds, latin)).toBe(text);
  });

  it("writes its digits through the given formatter", () => {
    const persian = (value: number, atLeast: number) =>
      latin(value, atLeast).replace(/\d/g, (digit) => "۰۱۲۳۴۵۶۷۸۹"[Number(digit)] ?? digit);
    expect(face(2892, persian)).toBe("۴۸:۱۲");
  });

  it("splits into parts", () => {
    expect(split(3909)).toEqual({ hours: 1, minutes: 5, seconds: 9 });
  });
});

describe("announcements", () => {
  it.each([
    [1801, 1800, 30],
    [1800, 1799, null],
    [901, 900, 15],
    [301, 300, 5],
    [61, 60, 1],
    [60, 59, null],
    [1, 0, null],
    [null, 1800, null],
    [1801, null, null],
  ])("from %s to %s seconds tells %s", (before, after, told) => {
    expect(announcementDue(before, after)).toBe(told);
  });

  it("tells only the nearest limit after the page was frozen", () => {
    expect(announcementDue(2000, 200)).toBe(5);
  });

  it("says nothing when time is added, and tells the limit again on the way down", () => {
    expect(announcementDue(290, 590)).toBeNull();
    expect(announcementDue(301, 299)).toBe(5);
  });
});
