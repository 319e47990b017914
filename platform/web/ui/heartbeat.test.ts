import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { startTicking } from "./heartbeat";

class FakeWorker {
  static latest: FakeWorker | undefined;
  onmessage: (() => void) | null = null;
  onerror: (() => void) | null = null;
  terminate = vi.fn();
  constructor() {
    FakeWorker.latest = this;
  }
}

describe("startTicking", () => {
  beforeEach(() => void vi.useFakeTimers());
  afterEach(() => {
    vi.useRealTimers();
    vi.unstubAllGlobals();
  });

  it("ticks from a worker, which browsers do not slow down", () => {
    vi.stubGlobal("Worker", FakeWorker);
    const tick = vi.fn();
    const stop = startTicking(tick);
    FakeWorker.latest?.onmessage?.();
    expect(tick).toHaveBeenCalledTimes(1);
    stop();
    expect(FakeWorker.latest?.terminate).toHaveBeenCalled();
  });

  it("ticks from the page when there are no workers", () => {
    vi.stubGlobal("Worker", undefined);
    const tick = vi.fn();
    const stop = startTicking(tick);
    vi.advanceTimersByTime(6000);
    expect(tick).toHaveBeenCalledTimes(3);
    stop();
    vi.advanceTimersByTime(6000);
    expect(tick).toHaveBeenCalledTimes(3);
  });

  it("falls back to the page when the worker fails or is refused", () => {
    vi.stubGlobal("Worker", FakeWorker);
    const tick = vi.fn();
    const stop = startTicking(tick);
    FakeWorker.latest?.onerror?.();
    vi.advanceTimersByTime(2000);
    expect(tick).toHaveBeenCalledTimes(1);
    stop();
    vi.stubGlobal("Worker", class { constructor() { throw new Error("refused"); } });
    const stopSecond = startTicking(tick);
    vi.advanceTimersByTime(2000);
    expect(tick).toHaveBeenCalledTimes(2);
    stopSecond();
  });
});
