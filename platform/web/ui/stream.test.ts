import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { PATIENCE_MS, Stream, type Subscriber, type TopicEvent } from "./stream";

const event = (seq: number): TopicEvent => ({ t: "chat.posted", top: "chat:1", seq, d: seq });

function opened(subscriber: Subscriber = {}) {
  const seen: number[] = [];
  const asked = vi.fn();
  const stream = new Stream("chat:1", { onEvent: (one) => seen.push(one.d), ...subscriber }, asked);
  return { stream, seen, asked };
}

describe("Stream", () => {
  beforeEach(() => void vi.useFakeTimers());
  afterEach(() => void vi.useRealTimers());

  it("delivers the snapshot, then the events in turn", () => {
    const onSnapshot = vi.fn();
    const { stream, seen } = opened({ onSnapshot });
    stream.subscribed({ top: "chat:1", head: 3, d: { title: "A" }, events: [] });
    stream.event(event(4));
    stream.event(event(5));
    expect(onSnapshot).toHaveBeenCalledWith({ title: "A" }, 3);
    expect(seen).toEqual([4, 5]);
    expect(stream.since).toBe(5);
  });

  it("ignores what it has delivered already", () => {
    const { stream, seen } = opened();
    stream.subscribed({ top: "chat:1", head: 3 });
    for (const seq of [4, 4, 3, 1, 5, 4]) stream.event(event(seq));
    expect(seen).toEqual([4, 5]);
  });

  it("puts events that overtook each other into order without asking", () => {
    const { stream, seen, asked } = opened();
    stream.subscribed({ top: "chat:1", head: 0 });
    for (const seq of [3, 2, 5, 1, 4]) stream.event(event(seq));
    vi.advanceTimersByTime(PATIENCE_MS * 2);
    expect(seen).toEqual([1, 2, 3, 4, 5]);
    expect(asked).not.toHaveBeenCalled();
  });

  it("asks for missing events once, after its patience, and goes on from there", () => {
    const { stream, seen, asked } = opened();
    stream.subscribed({ top: "chat:1", head: 1 });
    stream.event(event(4));
    stream.event(event(5));
    vi.advanceTimersByTime(PATIENCE_MS - 1);
    expect(asked).not.toHaveBeenCalled();
    vi.advanceTimersByTime(1);
    expect(asked).toHaveBeenCalledTimes(1);
    expect(stream.since).toBe(1);
    stream.event(event(6)); // while the answer is on its way
    vi.advanceTimersByTime(PATIENCE_MS);
    stream.subscribed({ top: "chat:1", head: 6, events: [2, 3, 4, 5, 6].map(event) });
    stream.event(event(7));
    expect(seen).toEqual([2, 3, 4, 5, 6, 7]);
    expect(asked).toHaveBeenCalledTimes(1);
  });

  it("asks again while the answer is only a part of what is missing", () => {
    const { stream, seen, asked } = opened({ since: 0 });
    stream.subscribed({ top: "chat:1", head: 5, events: [1, 2].map(event) });
    expect(asked).toHaveBeenCalledTimes(1);
    stream.subscribed({ top: "chat:1", head: 5, events: [3, 4, 5].map(event) });
    expect(seen).toEqual([1, 2, 3, 4, 5]);
    expect(asked).toHaveBeenCalledTimes(1);
  });

  it("asks when the server's head is further than it is", () => {
    const { stream, asked } = opened();
    stream.subscribed({ top: "chat:1", head: 3 });
    stream.head(3);
    expect(asked).not.toHaveBeenCalled();
    stream.head(4);
    stream.head(4);
    expect(asked).toHaveBeenCalledTimes(1);
  });

  it("tells of a gap and asks again", () => {
    const onGap = vi.fn();
    const { stream, asked } = opened({ onGap });
    stream.subscribed({ top: "chat:1", head: 3 });
    stream.gap(300);
    expect(onGap).toHaveBeenCalledWith(300);
    expect(asked).toHaveBeenCalledTimes(1);
  });

  it("delivers events without a number at once, also the same one twice", () => {
    const { stream, seen } = opened();
    stream.subscribed({ top: "wall:1", head: 0 });
    const state: TopicEvent = { t: "wall.changed", top: "wall:1", rev: 9, d: 1 };
    stream.event(state);
    stream.event(state);
    expect(seen).toEqual([1, 1]);
  });

  it("waits for nothing after it was closed or the connection went", () => {
    const { stream, asked } = opened();
    stream.subscribed({ top: "chat:1", head: 1 });
    stream.event(event(4));
    stream.disconnected();
    stream.head(9);
    vi.advanceTimersByTime(PATIENCE_MS * 4);
    stream.subscribed({ top: "chat:1", head: 1 });
    stream.event(event(4));
    stream.close();
    vi.advanceTimersByTime(PATIENCE_MS * 4);
    expect(asked).not.toHaveBeenCalled();
  });

  it("waits for nothing more once it was refused", () => {
    const onRefused = vi.fn();
    const { stream, asked } = opened({ onRefused });
    stream.subscribed({ top: "chat:1", head: 1 });
    stream.event(event(4));
    expect(stream.isRefused).toBe(false);
    stream.refused({ code: "forbidden", data: {} });
    stream.head(9);
    vi.advanceTimersByTime(PATIENCE_MS * 4);
    expect(stream.isRefused).toBe(true);
    expect(onRefused).toHaveBeenCalledTimes(1);
    expect(asked).not.toHaveBeenCalled();
  });

  it("shows each number once and in order, whatever the network does", () => {
    let seed = 7;
    const random = () => (seed = (seed * 16_807) % 2_147_483_647) / 2_147_483_647;
    for (let round = 0; round < 200; round += 1) {
      const { stream, seen, asked } = opened();
      const end = 30;
      stream.subscribed({ top: "chat:1", head: 0 });
      const bag = Array.from({ length: end * 2 }, () => 1 + Math.floor(random() * end));
      for (const seq of bag) {
        stream.event(event(seq));
        if (random() < 0.1) vi.advanceTimersByTime(PATIENCE_MS);
        if (!stream.isLive) {
          const since = stream.since ?? 0;
          const missed = Array.from({ length: Math.floor(random() * (end - since + 1)) }, (_, n) => since + n + 1);
          stream.subscribed({ top: "chat:1", head: since + missed.length, events: missed.map(event) });
        }
      }
      expect(seen).toEqual(Array.from({ length: seen.length }, (_, index) => index + 1));
      stream.close();
      expect(asked.mock.calls.length).toBeLessThan(bag.length);
    }
  });
});
