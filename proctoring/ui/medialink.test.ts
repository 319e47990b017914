import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { FakeConnection, FakeSocket, settle } from "./medialink.fake";
import { CONNECT_MS, MediaLink, PATIENCE_MS, RESTART_MS, retryDelay, withCredentials, type LinkState } from "./medialink";

let socket: FakeSocket;
let connections: FakeConnection[];
let states: LinkState[];
let link: MediaLink;

beforeEach(() => {
  vi.useFakeTimers();
  socket = new FakeSocket();
  connections = [];
  states = [];
  link = new MediaLink({
    socket,
    topic: "media:1",
    prepare: () => undefined,
    exchange: (offer) => socket.call("media:1", "media.publish", { offer }),
    onPeer: () => undefined,
    onState: (state) => states.push(state),
    createConnection: () => {
      connections.push(new FakeConnection());
      return newest() as unknown as RTCPeerConnection;
    },
    random: () => 1,
  });
});

afterEach(() => vi.useRealTimers());

function newest(): FakeConnection {
  return connections[connections.length - 1]!;
}

async function live(): Promise<void> {
  link.start();
  await settle();
  newest().become("connected");
}

test("an open socket is used at once, a closed one when it opens", async () => {
  socket.become("connecting");
  link.start();
  await settle();
  expect(connections).toHaveLength(0);
  socket.become("open");
  await settle();
  newest().become("connected");
  expect(states).toEqual(["connecting", "live"]);
  expect(link.peer).toBe("p1");
});

test("a new socket means a new peer, because the server closed the old one", async () => {
  await live();
  socket.become("waiting");
  expect(newest().isClosed).toBe(false);
  socket.become("open");
  await settle();
  expect(connections).toHaveLength(2);
  expect(connections[0]!.isClosed).toBe(true);
  expect(link.peer).toBe("p2");
});

test("a short interruption is waited out", async () => {
  await live();
  newest().become("disconnected");
  expect(link.state).toBe("recovering");
  await vi.advanceTimersByTimeAsync(PATIENCE_MS - 100);
  newest().become("connected");
  await vi.advanceTimersByTimeAsync(10_000);
  expect(connections).toHaveLength(1);
  expect(socket.named("media.restart")).toEqual([]);
  expect(link.state).toBe("live");
});

test("after two seconds ICE is restarted with the server's new credentials", async () => {
  await live();
  newest().become("disconnected");
  await vi.advanceTimersByTimeAsync(PATIENCE_MS);
  await settle();
  expect(newest().restarts).toBe(1);
  expect(newest().answers.at(-1)).toBe("v=0\r\na=ice-ufrag:new\r\na=ice-pwd:fresh\r\n");
  newest().become("connected");
  await vi.advanceTimersByTimeAsync(10_000);
  expect(connections).toHaveLength(1);
});

test("a restart that does not help is followed by a new connection", async () => {
  await live();
  newest().become("disconnected");
  await vi.advanceTimersByTimeAsync(PATIENCE_MS + RESTART_MS + 301);
  await settle();
  expect(connections).toHaveLength(2);
});

test("a refused restart is followed by a new connection", async () => {
  await live();
  socket.replies["media.restart"] = () => Promise.reject({ code: "peer_unknown" });
  newest().become("disconnected");
  await vi.advanceTimersByTimeAsync(PATIENCE_MS + 301);
  await settle();
  expect(connections).toHaveLength(2);
});

test("a failed connection is made anew", async () => {
  await live();
  newest().become("failed");
  expect(link.state).toBe("recovering");
  await vi.advanceTimersByTimeAsync(301);
  await settle();
  newest().become("connected");
  expect(connections).toHaveLength(2);
  expect(link.state).toBe("live");
});

test("an offer without connection is tried again after eight seconds", async () => {
  link.start();
  await settle();
  await vi.advanceTimersByTimeAsync(CONNECT_MS + 301);
  expect(connections).toHaveLength(2);
});

test("while no media worker answers it is asked ever more slowly, for ever", async () => {
  socket.replies["media.publish"] = () => Promise.reject({ code: "media_unavailable" });
  link.start();
  await vi.advanceTimersByTimeAsync(3_000);
  const early = connections.length;
  await vi.advanceTimersByTimeAsync(60_000);
  expect(early).toBeGreaterThan(2);
  expect(connections.length - early).toBeLessThan(9);
  delete socket.replies["media.publish"];
  await vi.advanceTimersByTimeAsync(10_001);
  newest().become("connected");
  expect(link.state).toBe("live");
});

test.each(["media_forbidden", "offer_refused"])("%s is final until somebody starts again", async (code) => {
  socket.replies["media.publish"] = () => Promise.reject({ code });
  link.start();
  await vi.advanceTimersByTimeAsync(60_000);
  expect(connections).toHaveLength(1);
  expect(link.state).toBe("refused");
  link.reconnect();
  expect(connections).toHaveLength(1);
  delete socket.replies["media.publish"];
  link.stop();
  link.start();
  await settle();
  newest().become("connected");
  expect(link.state).toBe("live");
});

test("only a reassignment of the own peer makes a new connection", async () => {
  await live();
  link.reassigned(["p7", "p8"]);
  await settle();
  expect(connections).toHaveLength(1);
  link.reassigned(["p7", "p1"]);
  await settle();
  expect(connections).toHaveLength(2);
});

test("stop closes the peer on both sides and nothing comes back", async () => {
  await live();
  link.stop();
  socket.become("waiting");
  socket.become("open");
  await vi.advanceTimersByTimeAsync(60_000);
  expect(connections).toHaveLength(1);
  expect(newest().isClosed).toBe(true);
  expect(socket.named("media.close")).toEqual([{ peer: "p1" }]);
  expect(link.state).toBe("closed");
});

test("an answer that comes after stop is ignored", async () => {
  let answer: (value: unknown) => void = () => undefined;
  socket.replies["media.publish"] = () => new Promise((resolve) => (answer = resolve));
  link.start();
  await settle();
  link.stop();
  answer({ sdp: "v=0", peer: "late" });
  await settle();
  expect(link.peer).toBeUndefined();
  expect(newest().answers).toEqual([]);
});

test("credentials are replaced in every section", () => {
  const answer = "a=ice-ufrag:a\r\na=ice-pwd:b\r\nm=video\r\na=ice-ufrag:a\r\na=ice-pwd:b\r\n";
  const replaced = withCredentials(answer, { ufrag: "x", password: "y" });
  expect(replaced).toBe("a=ice-ufrag:x\r\na=ice-pwd:y\r\nm=video\r\na=ice-ufrag:x\r\na=ice-pwd:y\r\n");
});

test("the delay doubles, is half random and bounded", () => {
  expect(retryDelay(0, () => 0)).toBe(150);
  expect(retryDelay(0, () => 1)).toBe(300);
  expect(retryDelay(3, () => 1)).toBe(2400);
  expect(retryDelay(50, () => 1)).toBe(10_000);
});
