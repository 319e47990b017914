import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { ACK_TIMEOUT_MS, backOff, connect, SILENCE_MS, type Socket } from "./socket";
import { FakeSocket } from "./testing/fake-socket";

let socket: Socket;

/** Open the socket of the tab and let the server say hello. */
function opened(): FakeSocket {
  socket = connect("ws://127.0.0.1:8001/ws/");
  return FakeSocket.latest.hello();
}

/** Let time pass until the next connection is tried. */
function nextTry(): FakeSocket {
  const count = FakeSocket.all.length;
  while (FakeSocket.all.length === count) vi.advanceTimersByTime(10);
  return FakeSocket.latest;
}

describe("socket", () => {
  beforeEach(() => {
    vi.useFakeTimers();
    vi.stubGlobal("WebSocket", FakeSocket);
    vi.stubGlobal("Worker", undefined);
    FakeSocket.all = [];
  });
  afterEach(() => {
    socket.close();
    vi.useRealTimers();
    vi.unstubAllGlobals();
  });

  describe("opening", () => {
    it("is open only after hello, and knows the server's time", async () => {
      socket = connect("ws://x/ws/");
      const states: string[] = [];
      socket.onStatus((status) => states.push(status));
      const open = socket.waitOpen();
      FakeSocket.latest.hello(50_000_000);
      await open;
      expect(states).toEqual(["connecting", "open"]);
      expect(FakeSocket.latest.protocols).toEqual(["invigil.v1"]);
      expect(socket.serverNow()).toBe(50_000_000);
      vi.advanceTimersByTime(1500);
      expect(socket.serverNow()).toBe(50_001_500);
    });

    it("comes back with the ticket of the last hello, each used once", () => {
      opened().drop();
      const second = nextTry();
      expect(second.protocols).toEqual(["invigil.v1", "ticket.T1"]);
      second.drop();
      expect(nextTry().protocols).toEqual(["invigil.v1"]);
    });
  });

  it("comes back with the latest ticket of a heart beat", () => {
    opened().push({ t: "hb", at: 1, re: "h1", ticket: "newer" }).drop();
    expect(nextTry().protocols).toEqual(["invigil.v1", "ticket.newer"]);
  });

  describe("coming back", () => {
    it("waits with full jitter between 0.3 and 10 seconds", () => {
      expect(backOff(0, () => 0)).toBe(300);
      expect(backOff(0, () => 1)).toBe(1000);
      expect(backOff(20, () => 0)).toBe(300);
      expect(backOff(20, () => 1)).toBe(10_000);
      expect(backOff(2, () => 0.5)).toBe(300 + 0.5 * 3700);
    });

    it("waits longer after each failure and starts anew after a hello", () => {
      vi.spyOn(Math, "random").mockReturnValue(1);
      opened();
      const waits: number[] = [];
      for (let failure = 0; failure < 7; failure += 1) {
        const count = FakeSocket.all.length;
        const began = Date.now();
        FakeSocket.latest.drop();
        while (FakeSocket.all.length === count) vi.advanceTimersByTime(50);
        waits.push(Date.now() - began);
      }
      expect(waits).toEqual([1000, 2000, 4000, 8000, 10_000, 10_000, 10_000]);
      FakeSocket.latest.hello().drop();
      vi.advanceTimersByTime(1000);
      expect(FakeSocket.all.length).toBe(9);
    });

    it("comes back when the server said, after bye", () => {
      opened().push({ t: "bye", d: { retry_after: 12_345 } }).drop(1012);
      vi.advanceTimersByTime(12_344);
      expect(FakeSocket.all.length).toBe(1);
      vi.advanceTimersByTime(1);
      expect(FakeSocket.all.length).toBe(2);
    });

    it("pauses after too many messages", () => {
      opened().drop(4429);
      vi.advanceTimersByTime(10_000);
      expect(FakeSocket.all.length).toBe(1);
      vi.advanceTimersByTime(1000);
      expect(FakeSocket.all.length).toBe(2);
    });

    it("comes back at once when the network is back", () => {
      opened().drop();
      window.dispatchEvent(new Event("online"));
      expect(FakeSocket.all.length).toBe(2);
      FakeSocket.latest.hello();
      vi.advanceTimersByTime(20_000);
      window.dispatchEvent(new Event("online"));
      expect(FakeSocket.all.filter((one) => one.readyState === FakeSocket.OPEN).length).toBeLessThanOrEqual(1);
    });

    it.each([
      [4401, "signed_out"],
      [4403, "forbidden"],
      [4409, "replaced"],
    ])("ends for good after %i", async (code, reason) => {
      opened().drop(code);
      vi.advanceTimersByTime(60_000);
      expect(FakeSocket.all.length).toBe(1);
      expect(socket.endReason).toBe(reason);
      await expect(socket.waitOpen()).rejects.toMatchObject({ code: reason });
      await expect(socket.call("chat:1", "chat.post", {})).rejects.toMatchObject({ code: reason });
    });

    it("ignores what an abandoned connection still says", () => {
      const first = opened();
      const onEvent = vi.fn();
      socket.subscribe("wall:1", { onEvent });
      first.drop();
      nextTry().hello();
      first.push({ t: "wall.changed", top: "wall:1", rev: 1, d: {} });
      first.drop();
      expect(onEvent).not.toHaveBeenCalled();
      expect(FakeSocket.all.length).toBe(2);
    });
  });

  describe("topics", () => {
    it("asks for a topic, delivers its snapshot and events, and stops on request", () => {
      const server = opened();
      const onSnapshot = vi.fn();
      const onEvent = vi.fn();
      const stop = socket.subscribe("chat:1", { onSnapshot, onEvent });
      expect(server.of("sub")).toEqual([{ t: "sub", id: "s:chat:1", top: "chat:1" }]);
      server.push(
        { t: "subd", re: "s:chat:1", top: "chat:1", head: 1, d: { title: "A" }, events: [] },
        { t: "chat.posted", top: "chat:1", seq: 2, at: 5, d: { body: "hi" } },
      );
      expect(onSnapshot).toHaveBeenCalledWith({ title: "A" }, 1);
      expect(onEvent.mock.calls[0]?.[0].d).toEqual({ body: "hi" });
      stop();
      expect(server.of("unsub")).toEqual([{ t: "unsub", top: "chat:1" }]);
      server.push({ t: "chat.posted", top: "chat:1", seq: 3, at: 5, d: {} });
      expect(onEvent).toHaveBeenCalledTimes(1);
    });

    it("resumes each topic from its last event after a reconnect", () => {
      const seen: number[] = [];
      const server = opened();
      socket.subscribe("chat:1", { since: 3, onEvent: (event) => seen.push(event.seq ?? 0) });
      socket.subscribe("wall:1", {});
      server.push({ t: "subd", re: "s:chat:1", top: "chat:1", head: 3, d: null, events: [] });
      server.push({ t: "chat.posted", top: "chat:1", seq: 4, d: {} });
      server.drop();
      const again = nextTry().hello();
      expect(again.of("sub")).toEqual([
        { t: "sub", id: "s:chat:1", top: "chat:1", since: 4 },
        { t: "sub", id: "s:wall:1", top: "wall:1" },
      ]);
      again.push({
        t: "subd", re: "s:chat:1", top: "chat:1", head: 6, d: null,
        events: [{ t: "chat.posted", top: "chat:1", seq: 5, d: {} }, { t: "chat.posted", top: "chat:1", seq: 6, d: {} }],
      });
      expect(seen).toEqual([4, 5, 6]);
    });

    it("asks again after a gap, and when it is behind the head", () => {
      const server = opened();
      const onGap = vi.fn();
      socket.subscribe("chat:1", { onGap });
      server.push({ t: "subd", re: "s:chat:1", top: "chat:1", head: 4, d: null });
      server.push({ t: "gap", top: "chat:1", head: 300 });
      expect(onGap).toHaveBeenCalledWith(300);
      expect(server.of("sub").at(-1)).toEqual({ t: "sub", id: "s:chat:1", top: "chat:1", since: 4 });
      server.push({ t: "subd", re: "s:chat:1", top: "chat:1", head: 4, d: null });
      server.push({ t: "pos", d: { "chat:1": 5, "chat:2": 9 } });
      expect(server.of("sub")).toHaveLength(3);
    });

    it("tells a refusal once and asks again only when the refusal will pass", () => {
      vi.spyOn(Math, "random").mockReturnValue(0);
      const server = opened();
      const onRefused = vi.fn();
      socket.subscribe("wall:1", { onRefused });
      server.push({ t: "err", re: "s:wall:1", code: "busy", d: {} });
      vi.advanceTimersByTime(3000);
      expect(server.of("sub")).toHaveLength(2);
      server.push({ t: "err", re: "s:wall:1", code: "forbidden", d: { topic: "wall:1" } });
      vi.advanceTimersByTime(60_000);
      expect(server.of("sub")).toHaveLength(2);
      expect(onRefused.mock.calls).toEqual([[{ code: "forbidden", data: { topic: "wall:1" } }]]);
    });

    it("does not ask for a refused topic after a reconnect, unless the page follows it anew", () => {
      const server = opened();
      const onRefused = vi.fn();
      socket.subscribe("wall:1", { onRefused });
      socket.subscribe("chat:1", {});
      server.push({ t: "err", re: "s:wall:1", code: "forbidden", d: {} });
      server.drop();
      const again = nextTry().hello();
      expect(again.of("sub").map((frame) => frame.top)).toEqual(["chat:1"]);
      expect(onRefused).toHaveBeenCalledTimes(1);
      socket.subscribe("wall:1", { onRefused });
      expect(again.of("sub").map((frame) => frame.top)).toEqual(["chat:1", "wall:1"]);
    });

    it("leaves unknown frames of a newer server alone", () => {
      const server = opened();
      expect(() => server.push({ t: "future" }, { t: "chat.posted", top: "nobody:1", seq: 1, d: {} })).not.toThrow();
    });
  });

  describe("calls", () => {
    it("resolve with the ack's data and reject with code and data", async () => {
      const server = opened();
      const good = socket.call("chat:1", "chat.post", { body: "hi" });
      const bad = socket.call("chat:1", "chat.post", { body: "no" });
      const [first, second] = server.of("chat.post");
      expect(first).toMatchObject({ top: "chat:1", d: { body: "hi" } });
      expect(first.id).not.toBe(second.id);
      server.push({ t: "err", re: second.id, code: "chat_locked", d: { until: 5 } }, { t: "ack", re: first.id, d: { seq: 9 } });
      await expect(good).resolves.toEqual({ seq: 9 });
      await expect(bad).rejects.toMatchObject({ code: "chat_locked", data: { until: 5 } });
    });

    it("made before the connection leave after the topics, in order", async () => {
      socket = connect("ws://x/ws/");
      const first = socket.call("chat:1", "chat.post", { n: 1 });
      socket.subscribe("chat:1", {});
      expect(FakeSocket.latest.sent).toEqual([]);
      const server = FakeSocket.latest.hello();
      expect(server.sent.map((frame) => frame.t)).toEqual(["sub", "chat.post"]);
      server.push({ t: "ack", re: server.of("chat.post")[0].id });
      await expect(first).resolves.toBeNull();
    });

    it("time out without an answer", async () => {
      const server = opened();
      const call = expect(socket.call("chat:1", "chat.post", {})).rejects.toMatchObject({ code: "timeout" });
      for (let passed = 0; passed <= ACK_TIMEOUT_MS; passed += 1000) {
        vi.advanceTimersByTime(1000);
        server.push({ t: "hb", at: 1 });
      }
      await call;
      server.push({ t: "ack", re: server.of("chat.post")[0].id });
    });

    it("are told when the connection breaks before the answer; those not sent yet wait", async () => {
      const server = opened();
      const sent = expect(socket.call("chat:1", "chat.post", {})).rejects.toMatchObject({ code: "disconnected" });
      server.drop();
      await sent;
      const waiting = socket.call("chat:1", "chat.post", { late: true });
      const again = nextTry().hello();
      again.push({ t: "ack", re: again.of("chat.post")[0].id, d: 1 });
      await expect(waiting).resolves.toBe(1);
    });

    it("are rejected when the page closes the socket", async () => {
      opened();
      const call = expect(socket.call("chat:1", "chat.post", {})).rejects.toMatchObject({ code: "closed" });
      socket.close();
      await call;
    });
  });

  describe("heart beat", () => {
    it("beats every two seconds and learns the time from the answer", () => {
      socket = connect("ws://x/ws/");
      vi.advanceTimersByTime(1900); // a slow handshake says little about the time
      const server = FakeSocket.latest.hello(70_000_000);
      vi.advanceTimersByTime(2100);
      const beats = server.of("hb");
      expect(beats).toHaveLength(2);
      vi.advanceTimersByTime(40);
      server.push({ t: "hb", re: beats[1].id, at: 77_000_000 });
      expect(socket.serverNow()).toBe(77_000_020);
    });

    it("knows the time again with the first hello after a sleep in which the local clock stood still", () => {
      let server = opened(); // at 1 000 000 by the server
      for (let beat = 0; beat < 20; beat += 1) {
        vi.advanceTimersByTime(2000);
        server.push({ t: "hb", re: server.of("hb").at(-1).id, at: socket.serverNow() });
      }
      server.drop(1006);
      server = nextTry().hello(socket.serverNow() + 3_600_000);
      const before = socket.serverNow();
      vi.advanceTimersByTime(500);
      expect(socket.serverNow()).toBe(before + 500);
      expect(before).toBeGreaterThan(3_600_000);
    });

    it("gives a silent connection up and opens another", () => {
      const server = opened();
      const states: string[] = [];
      socket.onStatus((status) => states.push(status));
      vi.advanceTimersByTime(SILENCE_MS + 2000);
      expect(states).toContain("waiting");
      vi.advanceTimersByTime(1000);
      expect(FakeSocket.all.length).toBeGreaterThan(1);
      expect(server.readyState).toBe(FakeSocket.CLOSED);
    });

    it("gives a connection up that never says hello", () => {
      socket = connect("ws://x/ws/");
      vi.advanceTimersByTime(SILENCE_MS + 3000);
      expect(FakeSocket.all.length).toBeGreaterThan(1);
    });

    it("keeps a connection on which anything arrives", () => {
      const server = opened();
      for (let second = 0; second < 60; second += 1) {
        vi.advanceTimersByTime(1000);
        server.push({ t: "hb", at: 1 });
      }
      expect(FakeSocket.all.length).toBe(1);
    });

    it("leaves quietly with the page and comes back when the page does", () => {
      const server = opened();
      window.dispatchEvent(new Event("pagehide"));
      expect(server.readyState).toBe(FakeSocket.CLOSED);
      const shown = Object.assign(new Event("pageshow"), { persisted: true });
      window.dispatchEvent(shown);
      expect(FakeSocket.all.length).toBe(2);
    });
  });
});
