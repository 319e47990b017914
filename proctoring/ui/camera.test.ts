import { beforeEach, expect, test, vi } from "vitest";
import { Camera, faultOf, layersFor, type CameraFault, type CameraState } from "./camera";
import { FakeConnection, FakeSocket, settle } from "./medialink.fake";

class FakeTrack extends EventTarget {
  isStopped = false;
  contentHint = "";

  getSettings(): object {
    return { width: 640 };
  }

  stop(): void {
    this.isStopped = true;
  }
}

class FakeDevices extends EventTarget {
  error: DOMException | undefined;
  tracks: FakeTrack[] = [];

  getUserMedia(): Promise<any> {
    if (this.error) return Promise.reject(this.error);
    const track = new FakeTrack();
    this.tracks.push(track);
    return Promise.resolve({ getVideoTracks: () => [track], getTracks: () => [track] });
  }
}

let socket: FakeSocket;
let devices: FakeDevices;
let connections: FakeConnection[];
let camera: Camera;
let states: CameraState[];

beforeEach(() => {
  socket = new FakeSocket();
  devices = new FakeDevices();
  connections = [];
  states = [];
  camera = make(devices);
  camera.onState((state) => states.push(state));
});

function make(from: FakeDevices | undefined): Camera {
  return new Camera({
    socket,
    topic: "media:a7",
    attempt: 7,
    devices: from as any,
    createConnection: () => {
      connections.push(new FakeConnection());
      return newest() as unknown as RTCPeerConnection;
    },
  });
}

function newest(): FakeConnection {
  return connections[connections.length - 1]!;
}

async function live(): Promise<void> {
  await camera.start();
  await settle();
  newest().become("connected");
}

function high(): boolean | undefined {
  return newest().sender?.parameters.encodings.find((encoding) => encoding.rid === "f")?.active;
}

test("the camera is asked for, offered and live", async () => {
  await live();
  expect(states.map((state) => state.status)).toEqual(["off", "asking", "preview", "connecting", "live"]);
  expect(socket.named("media.publish")).toEqual([{ attempt: 7, offer: "v=0\r\n" }]);
  expect(camera.stream).toBeDefined();
});

test("a preview is for its owner alone until the picture may be sent", async () => {
  await camera.preview();
  await settle();
  expect(camera.state.status).toBe("preview");
  expect(camera.stream).toBeDefined();
  expect(connections).toHaveLength(0);
  await live();
  expect(camera.state.status).toBe("live");
  expect(devices.tracks).toHaveLength(1);
});

test("what is withheld is closed at the server and stays on the device", async () => {
  await live();
  camera.withhold();
  await settle();
  expect(socket.named("media.close")).toHaveLength(1);
  expect(camera.state.status).toBe("preview");
  expect(devices.tracks.map((track) => track.isStopped)).toEqual([false]);
  await live();
  expect(socket.named("media.publish")).toHaveLength(2);
});

test("what is withheld while the permission is open is not sent", async () => {
  const asked = camera.start();
  camera.withhold();
  await asked;
  await settle();
  expect(camera.state.status).toBe("preview");
  expect(connections).toHaveLength(0);
});

test("a camera that is plugged in again during a preview stays on the device", async () => {
  devices.error = new DOMException("", "NotFoundError");
  await camera.preview();
  expect(camera.state.status).toBe("blocked");
  devices.error = undefined;
  devices.dispatchEvent(new Event("devicechange"));
  await settle();
  expect(camera.state.status).toBe("preview");
  expect(connections).toHaveLength(0);
});

test("withholding a camera that is off does not switch it on", async () => {
  camera.withhold();
  await settle();
  expect(camera.state.status).toBe("off");
  expect(devices.tracks).toHaveLength(0);
});

test("the thumbnail is small and the high layer silent at first", () => {
  const [low, full] = layersFor(1280);
  expect(low).toMatchObject({ rid: "q", active: true, scaleResolutionDownBy: 4, maxFramerate: 10 });
  expect(low!.maxBitrate).toBeLessThanOrEqual(150_000);
  expect(full).toMatchObject({ rid: "f", active: false, scaleResolutionDownBy: 1 });
  expect(layersFor(240)[0]!.scaleResolutionDownBy).toBe(1);
});

test.each<[string, CameraFault]>([
  ["NotAllowedError", "denied"],
  ["NotFoundError", "missing"],
  ["OverconstrainedError", "missing"],
  ["NotReadableError", "busy"],
  ["AbortError", "busy"],
  ["SecurityError", "insecure"],
])("%s is shown as %s and can be tried again", async (name, fault) => {
  expect(faultOf(new DOMException("", name))).toBe(fault);
  devices.error = new DOMException("", name);
  await camera.start();
  expect(camera.state).toEqual({ status: "blocked", fault });
  expect(connections).toHaveLength(0);
  devices.error = undefined;
  await live();
  expect(camera.state.status).toBe("live");
});

test("a page that is not secure has no media devices at all", async () => {
  const insecure = make(undefined);
  await insecure.start();
  expect(insecure.state).toEqual({ status: "blocked", fault: "insecure" });
});

test("the high layer is sent while it is wanted", async () => {
  await live();
  expect(high()).toBe(false);
  camera.receive({ t: "media.layer_wanted", d: { layer: "f", wanted: true } });
  await settle();
  expect(high()).toBe(true);
  camera.receive({ t: "media.layer_wanted", d: { layer: "f", wanted: false } });
  await settle();
  expect(high()).toBe(false);
});

test("other events of the topic are ignored", async () => {
  await live();
  camera.receive({ t: "attempt.changed", d: { state: "paused" } });
  camera.receive({ t: "media.layer_wanted", d: { layer: "q", wanted: true } });
  await settle();
  expect(high()).toBe(false);
});

test("after a reassignment the same picture is offered again, high layer off", async () => {
  await live();
  camera.receive({ t: "media.layer_wanted", d: { layer: "f", wanted: true } });
  camera.receive({ t: "media.reassign", d: { peers: ["p1"] } });
  await settle();
  expect(camera.state.status).toBe("recovering");
  newest().become("connected");
  expect(connections).toHaveLength(2);
  expect(devices.tracks).toHaveLength(1);
  expect(high()).toBe(false);
});

test("an unplugged camera is looked for again, also when a device appears", async () => {
  await live();
  devices.error = new DOMException("", "NotFoundError");
  devices.tracks[0]!.dispatchEvent(new Event("ended"));
  await settle();
  expect(camera.state).toEqual({ status: "blocked", fault: "missing" });
  expect(camera.stream).toBeUndefined();
  devices.error = undefined;
  devices.dispatchEvent(new Event("devicechange"));
  await settle();
  newest().become("connected");
  expect(camera.state.status).toBe("live");
});

test("a new device does not nag somebody who said no", async () => {
  devices.error = new DOMException("", "NotAllowedError");
  await camera.start();
  const asked = vi.spyOn(devices, "getUserMedia");
  devices.dispatchEvent(new Event("devicechange"));
  await settle();
  expect(asked).not.toHaveBeenCalled();
});

test("stop switches the camera off, also while it is being asked for", async () => {
  await live();
  camera.stop();
  expect(devices.tracks[0]!.isStopped).toBe(true);
  expect(newest().isClosed).toBe(true);
  expect(camera.state).toEqual({ status: "off" });
  const asking = camera.start();
  camera.stop();
  await asking;
  expect(devices.tracks[1]!.isStopped).toBe(true);
  expect(camera.state).toEqual({ status: "off" });
});

test("only the last of overlapping starts keeps its picture", async () => {
  const first = camera.start();
  camera.stop();
  await Promise.all([first, camera.start()]);
  expect(devices.tracks.map((track) => track.isStopped)).toEqual([true, false]);
});

test("a refusal of the server is final until the page tries again", async () => {
  socket.replies["media.publish"] = () => Promise.reject({ code: "media_forbidden" });
  await camera.start();
  await settle();
  expect(camera.state).toEqual({ status: "refused" });
  delete socket.replies["media.publish"];
  await live();
  expect(camera.state.status).toBe("live");
});

test("a second start changes nothing", async () => {
  await live();
  await camera.start();
  await settle();
  expect(connections).toHaveLength(1);
});
