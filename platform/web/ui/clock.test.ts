import { describe, expect, it } from "vitest";
import { ServerClock } from "./clock";

describe("ServerClock", () => {
  it("is the local clock until the server has spoken", () => {
    const clock = new ServerClock(() => 0);
    expect(clock.isSet).toBe(false);
    expect(clock.roundTripMs).toBeUndefined();
    expect(Math.abs(clock.now() - Date.now())).toBeLessThan(50);
  });

  it("takes the middle of the round trip as the server's moment and then runs on", () => {
    let steady = 1000;
    const clock = new ServerClock(() => steady);
    clock.observe(900, 5_000_000, 1100);
    expect(clock.now()).toBe(5_000_000);
    steady = 61_000;
    expect(clock.now()).toBe(5_060_000);
  });

  it("trusts the shortest round trip, not the latest", () => {
    let steady = 0;
    const clock = new ServerClock(() => steady);
    clock.observe(0, 1_000_010, 20);
    steady = 10_020;
    clock.observe(1020, 1_003_020, 10_020);
    expect(clock.roundTripMs).toBe(20);
    expect(clock.now()).toBe(1_000_000 + 10_020);
  });

  it("lets old samples go, so that a drifting local clock is followed", () => {
    const clock = new ServerClock(() => 0);
    clock.observe(0, 500, 0);
    for (let sample = 0; sample < 16; sample += 1) clock.observe(0, 9000, 2);
    expect(clock.now()).toBe(8999);
  });

  it("does not care when somebody turns the computer's clock", () => {
    const clock = new ServerClock(() => 100);
    clock.observe(100, 7_000_000, 100);
    const before = clock.now();
    const real = Date.now;
    Date.now = () => real() + 86_400_000;
    expect(clock.now()).toBe(before);
    Date.now = real;
  });
});
