/** The page of the end-to-end media test: the real camera and wall modules on a plain socket. */
import { Camera } from "/camera.js";
import { VideoWall, cameraOf } from "/videowall.js";

class StageSocket {
  #followers = new Map();
  #calls = new Map();
  #watchers = new Set();
  #status = "connecting";
  #count = 0;

  constructor(who) {
    this.url = `ws://${location.host}/ws?who=${who}`;
    this.open();
  }

  open() {
    this.socket = new WebSocket(this.url);
    this.socket.onopen = () => {
      for (const topic of this.#followers.keys()) this.send({ sub: topic });
      this.set("open");
    };
    this.socket.onclose = () => {
      for (const call of this.#calls.values()) call.reject({ code: "disconnected" });
      this.#calls.clear();
      this.set("waiting");
      setTimeout(() => this.open(), 200);
    };
    this.socket.onmessage = (message) => this.read(JSON.parse(message.data));
  }

  read(frame) {
    const call = this.#calls.get(frame.re);
    this.#calls.delete(frame.re);
    if (frame.err) call?.reject({ code: frame.err });
    else if (frame.re) call?.resolve(frame.d);
    else if (frame.snap) this.#followers.get(frame.snap)?.onSnapshot?.(frame.d, 0);
    else this.#followers.get(frame.top)?.onEvent?.(frame);
  }

  send(frame) {
    this.socket.send(JSON.stringify(frame));
  }

  set(status) {
    this.#status = status;
    for (const watcher of this.#watchers) watcher(status);
  }

  call(topic, name, data) {
    return new Promise((resolve, reject) => {
      const id = `k${(this.#count += 1)}`;
      this.#calls.set(id, { resolve, reject });
      if (this.socket.readyState === WebSocket.OPEN) this.send({ id, t: name, top: topic, d: data });
      else reject({ code: "disconnected" });
    });
  }

  subscribe(topic, follower) {
    this.#followers.set(topic, follower);
    if (this.socket.readyState === WebSocket.OPEN) this.send({ sub: topic });
    return () => this.#followers.delete(topic);
  }

  onStatus(run) {
    this.#watchers.add(run);
    run(this.#status);
    return () => this.#watchers.delete(run);
  }
}

window.startCamera = (who, attempt) => {
  const socket = new StageSocket(who);
  const camera = new Camera({ socket, topic: `media:a${attempt}`, attempt, createConnection: keep });
  socket.subscribe(`media:a${attempt}`, { onEvent: (event) => camera.receive(event) });
  window.camera = camera;
  window.socket = socket;
  return camera.start();
};

window.startWall = (tiles) => {
  const socket = new StageSocket("ivo");
  const wall = new VideoWall({ socket, topic: "media:1", tiles, createConnection: keep });
  wall.onChange(() => {
    for (let slot = 0; slot <= tiles; slot += 1) draw(slot, wall.stream(slot));
  });
  window.wall = wall;
  window.socket = socket;
  wall.start();
};

window.show = (attempts) => window.wall.show(attempts.map((attempt) => attempt && cameraOf(attempt)));
window.focusOn = (attempt) => window.wall.focus(attempt && cameraOf(attempt));

function keep(configuration) {
  window.connection = new RTCPeerConnection(configuration);
  const createOffer = window.connection.createOffer.bind(window.connection);
  window.connection.createOffer = async (options) => {
    const offer = await createOffer(options);
    window.offer = offer.sdp;
    return offer;
  };
  return window.connection;
}

function draw(slot, stream) {
  let video = document.getElementById(`slot${slot}`);
  if (!video) {
    video = Object.assign(document.createElement("video"), { id: `slot${slot}`, autoplay: true, muted: true });
    document.body.append(video);
  }
  if (video.srcObject !== (stream ?? null)) video.srcObject = stream ?? null;
}

/** What arrives in a slot. */
window.picture = async (slot) => {
  const track = window.wall.stream(slot)?.getVideoTracks()[0];
  const video = document.getElementById(`slot${slot}`);
  const receiver = window.connection?.getReceivers().find((r) => r.track === track);
  const found = { width: video?.videoWidth ?? 0, decoded: 0, lost: 0, freezes: 0, bytes: 0 };
  for (const report of (await receiver?.getStats())?.values() ?? []) {
    if (report.type !== "inbound-rtp") continue;
    Object.assign(found, {
      decoded: report.framesDecoded,
      lost: report.packetsLost,
      freezes: report.freezeCount,
      bytes: report.bytesReceived,
      codec: report.codecId,
    });
  }
  return found;
};

/** Bytes sent so far in each layer. */
window.sent = async () => {
  const layers = {};
  for (const report of (await window.connection.getStats()).values()) {
    if (report.type === "outbound-rtp") layers[report.rid ?? ""] = report.bytesSent;
  }
  return layers;
};
