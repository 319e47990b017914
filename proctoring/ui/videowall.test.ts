import { beforeEach, expect, test, vi } from "vitest";
import { FakeConnection, FakeSocket, settle } from "./medialink.fake";
import { cameraOf, leanCodecs, leanOffer, VideoWall } from "./videowall";

let socket: FakeSocket;
let connections: FakeConnection[];
let wall: VideoWall;

beforeEach(() => {
  vi.stubGlobal("RTCRtpReceiver", { getCapabilities: () => ({ codecs: [] }) });
  vi.stubGlobal("MediaStream", class {
    constructor(readonly tracks: unknown[]) {}
  });
  socket = new FakeSocket();
  socket.replies["media.switch"] = () => Promise.resolve(null);
  connections = [];
  wall = new VideoWall({
    socket,
    topic: "media:1",
    tiles: 3,
    createConnection: () => {
      connections.push(new FakeConnection());
      return newest() as unknown as RTCPeerConnection;
    },
  });
});

function newest(): FakeConnection {
  return connections[connections.length - 1]!;
}

async function live(): Promise<void> {
  wall.start();
  await settle();
  newest().become("connected");
}

const low = (attempt: number) => ({ source: cameraOf(attempt), layer: "q" });
const full = (attempt: number) => ({ source: cameraOf(attempt), layer: "f" });

test("one connection has a slot per tile and one for focus, each with its stream", async () => {
  await live();
  expect(newest().slots).toBe(4);
  expect(wall.focusSlot).toBe(3);
  expect([0, 1, 2, 3].map((slot) => (wall.stream(slot) as any).tracks[0].slot)).toEqual([0, 1, 2, 3]);
  expect(wall.status).toBe("live");
});

test("what is wanted before the start goes with the offer", async () => {
  wall.show([cameraOf(7), null]);
  await live();
  expect(socket.named("media.subscribe")[0].slots).toEqual([low(7), null, null, null]);
  expect(socket.named("media.switch")).toEqual([]);
});

test("turning the page sends only the slots that change", async () => {
  wall.show([cameraOf(1), cameraOf(2), cameraOf(3)]);
  await live();
  wall.show([cameraOf(1), cameraOf(4)]);
  await settle();
  expect(socket.named("media.switch")).toEqual([
    { peer: "p1", changes: [{ slot: 1, show: low(4) }, { slot: 2, show: null }] },
  ]);
  expect(wall.shown(1)).toBe(cameraOf(4));
});

test("focus asks for the high layer in its own slot", async () => {
  await live();
  wall.focus(cameraOf(5));
  await settle();
  wall.focus(null);
  await settle();
  expect(socket.named("media.switch").map((call) => call.changes)).toEqual([
    [{ slot: 3, show: full(5) }],
    [{ slot: 3, show: null }],
  ]);
});

test("changes made while a call is under way go together in the next one", async () => {
  await live();
  const answers: ((value: null) => void)[] = [];
  socket.replies["media.switch"] = () => new Promise((resolve) => answers.push(resolve));
  wall.show([cameraOf(1)]);
  wall.show([cameraOf(2)]);
  wall.show([cameraOf(3)]);
  wall.focus(cameraOf(3));
  await settle();
  expect(socket.named("media.switch")).toHaveLength(1);
  answers[0]!(null);
  await settle();
  expect(socket.named("media.switch")[1].changes).toEqual([{ slot: 0, show: low(3) }, { slot: 3, show: full(3) }]);
});

test("a refused change leads to a new connection with everything wanted", async () => {
  await live();
  socket.replies["media.switch"] = () => Promise.reject({ code: "peer_unknown" });
  wall.show([cameraOf(1)]);
  await settle();
  expect(connections).toHaveLength(2);
  expect(socket.named("media.subscribe")[1].slots[0]).toEqual(low(1));
});

test("after a reassignment the wall comes back as it was", async () => {
  wall.show([cameraOf(1)]);
  await live();
  wall.focus(cameraOf(1));
  await settle();
  socket.follower.onEvent?.({ t: "media.reassign", d: { peers: ["other"] } });
  await settle();
  expect(connections).toHaveLength(1);
  socket.follower.onEvent?.({ t: "media.reassign", d: { peers: ["p1"] } });
  await settle();
  newest().become("connected");
  expect(connections).toHaveLength(2);
  expect(socket.named("media.subscribe")[1].slots).toEqual([low(1), null, null, full(1)]);
  expect(wall.status).toBe("live");
});

test("live sources are known from the snapshot and its events", async () => {
  const seen = vi.fn();
  wall.onChange(seen);
  await live();
  socket.follower.onSnapshot?.({ sources: [cameraOf(1), cameraOf(2)] }, 0);
  socket.follower.onEvent?.({ t: "media.sources", d: { up: [cameraOf(3)], down: [cameraOf(1)] } });
  expect([...wall.sources]).toEqual([cameraOf(2), cameraOf(3)]);
  expect(seen).toHaveBeenCalled();
  socket.follower.onSnapshot?.(null as any, 0);
  expect(wall.sources.size).toBe(0);
});

test("stop forgets streams and sources and closes the peer", async () => {
  await live();
  wall.stop();
  expect(wall.stream(0)).toBeUndefined();
  expect(wall.status).toBe("off");
  expect(socket.named("media.close")).toEqual([{ peer: "p1" }]);
  expect(socket.follower).toEqual({});
});

test("only VP8, one H264 and their repairs are offered", () => {
  const codec = (mimeType: string, sdpFmtpLine?: string) => ({ mimeType, clockRate: 90000, ...(sdpFmtpLine && { sdpFmtpLine }) });
  const offered = leanCodecs([
    codec("video/VP8"),
    codec("video/rtx"),
    codec("video/VP9", "profile-id=0"),
    codec("video/H264", "packetization-mode=0;profile-level-id=42001f"),
    codec("video/H264", "packetization-mode=1;profile-level-id=42001f"),
    codec("video/H264", "packetization-mode=1;profile-level-id=4d001f"),
    codec("video/red"),
  ]);
  expect(offered.map((found) => [found.mimeType, found.sdpFmtpLine])).toEqual([
    ["video/VP8", undefined],
    ["video/rtx", undefined],
    ["video/H264", "packetization-mode=1;profile-level-id=42001f"],
  ]);
});

test("the offer on the wire has no addresses and none of the lines the server does not read", () => {
  const offer = [
    "v=0",
    "m=video 9 UDP/TLS/RTP/SAVPF 96",
    "a=candidate:1 1 udp 1 192.0.2.1 5000 typ host",
    "a=extmap:1 urn:ietf:params:rtp-hdrext:toffset",
    "a=extmap:2 http://www.webrtc.org/experiments/rtp-hdrext/abs-send-time",
    "a=extmap:9 urn:ietf:params:rtp-hdrext:sdes:mid",
    "a=mid:0",
    "a=rtcp-fb:96 nack",
    "a=rtpmap:96 VP8/90000",
    "",
  ].join("\r\n");
  expect(leanOffer(offer).split("\r\n")).toEqual([
    "v=0",
    "m=video 9 UDP/TLS/RTP/SAVPF 96",
    "a=extmap:2 http://www.webrtc.org/experiments/rtp-hdrext/abs-send-time",
    "a=extmap:9 urn:ietf:params:rtp-hdrext:sdes:mid",
    "a=mid:0",
    "a=rtpmap:96 VP8/90000",
    "",
  ]);
});
