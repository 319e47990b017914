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
    for (let sample = 0; sample < 15; sample += 1) clock.observe(0, 502, 2);
    expect(clock.now()).toBe(500);
    clock.observe(0, 502, 2);
    expect(clock.now()).toBe(501);
  });

  it("believes the first answer after a sleep in which the steady clock stood still", () => {
    let steady = 10_000;
    const clock = new ServerClock(() => steady);
    for (let beat = 0; beat < 16; beat += 1) clock.observe(steady - 20, 1_000_000 + steady - 10, steady);
    expect(clock.now()).toBe(1_010_000);
    steady = 11_000; // one second by the steady clock, an hour by any other
    clock.observe(10_400, 4_600_000 + 10_700, steady);
    expect(clock.now()).toBe(4_611_000);
    expect(clock.roundTripMs).toBe(600);
  });

  it("keeps the best answer when a slow one disagrees within its error", () => {
    let steady = 2000;
    const clock = new ServerClock(() => steady);
    clock.observe(1980, 50_000, 2000);
    steady = 4000;
    clock.observe(3000, 51_120, 4000); // the way there took 110 ms, the way back 890 ms
    expect(clock.now()).toBe(52_010);
    expect(clock.roundTripMs).toBe(20);
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
