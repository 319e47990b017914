/**
 * The candidate's camera: asks for it, says clearly why it cannot be had, sends two layers.
 *
 * Layer `q` (thumbnail) is always sent; `f` (720p) only while somebody looks at it closely. The
 * exam goes on whatever happens here.
 */
import { MediaLink, type LinkOptions, type LinkState, type MediaPush, type MediaSocket } from "./medialink";

/** Why there is no picture: permission refused · no camera · used by another program · page not secure. */
export type CameraFault = "denied" | "missing" | "busy" | "insecure";

/**
 * `off` · `asking` for permission · `preview` for its owner alone · `connecting` · `live` · `recovering` by itself · `blocked` with
 * a fault to show · `refused` by the server.
 */
export type CameraStatus = "off" | "asking" | "preview" | "connecting" | "live" | "recovering" | "blocked" | "refused";

export interface CameraState {
  status: CameraStatus;
  fault?: CameraFault;
}

export interface CameraOptions {
  socket: MediaSocket;
  /** `media:a<attempt>` */
  topic: string;
  attempt: number;
  devices?: Pick<MediaDevices, "getUserMedia" | "addEventListener" | "removeEventListener"> | undefined;
  createConnection?: LinkOptions["createConnection"];
}

export const CONSTRAINTS: MediaStreamConstraints = {
  video: { width: { ideal: 1280 }, height: { ideal: 720 }, frameRate: { ideal: 15, max: 30 } },
};
const THUMBNAIL_WIDTH = 320;

/** Which of our faults a failure of getUserMedia is. */
export function faultOf(error: unknown): CameraFault {
  switch ((error as { name?: string }).name) {
    case "NotAllowedError":
    case "PermissionDeniedError":
      return "denied";
    case "NotFoundError":
    case "OverconstrainedError":
    case "DevicesNotFoundError":
      return "missing";
    case "SecurityError":
    case "TypeError":
      return "insecure";
    default:
      return "busy"; // NotReadableError, AbortError: the device is there but does not start
  }
}

/** The two layers for a camera of this width. */
export function layersFor(width: number): RTCRtpEncodingParameters[] {
  return [
    {
      rid: "q",
      active: true,
      scaleResolutionDownBy: Math.max(1, width / THUMBNAIL_WIDTH),
      maxBitrate: 120_000,
      maxFramerate: 10,
    },
    { rid: "f", active: false, scaleResolutionDownBy: 1, maxBitrate: 900_000, maxFramerate: 15 },
  ];
}

export class Camera {
  readonly #options: CameraOptions;
  readonly #link: MediaLink;
  readonly #watchers = new Set<(state: CameraState) => void>();
  #state: CameraState = { status: "off" };
  #stream: MediaStream | undefined;
  #sender: RTCRtpSender | undefined;
  #isHighWanted = false;
  #isOn = false;
  /** Whether the picture leaves this device. */
  #isShared = false;
  #turn = 0;

  constructor(options: CameraOptions) {
    this.#options = options;
    const { socket, topic, attempt, createConnection } = options;
    this.#link = new MediaLink({
      socket,
      topic,
      prepare: (connection) => this.#addTrack(connection),
      exchange: (offer) => socket.call(topic, "media.publish", { attempt, offer }),
      onPeer: () => void this.#applyLayers(),
      onState: (state) => this.#linkIs(state),
      ...(createConnection && { createConnection }),
    });
  }

  get state(): CameraState {
    return this.#state;
  }

  /** The candidate's own picture, for the preview; undefined while there is none. */
  get stream(): MediaStream | undefined {
    return this.#stream;
  }

  /** Call `run` now and on every change; returns the function that stops it. */
  onState(run: (state: CameraState) => void): () => void {
    this.#watchers.add(run);
    run(this.#state);
    return () => this.#watchers.delete(run);
  }

  /** Ask for the camera and send it; also the "try again" of the page. Never rejects. */
  async start(): Promise<void> {
    this.#isShared = true;
    await this.#turnOn();
  }

  /** Ask for the camera and show it to its owner alone. Never rejects. */
  async preview(): Promise<void> {
    this.withhold();
    await this.#turnOn();
  }

  /** Send nothing more; the picture, if there is one, stays on this device. */
  withhold(): void {
    this.#isShared = false;
    this.#link.stop();
    if (this.#stream) this.#setState({ status: "preview" });
  }

  async #turnOn(): Promise<void> {
    this.#isOn = true;
    this.#devices()?.addEventListener("devicechange", this.#devicesChanged);
    if (this.#state.status === "asking") return;
    if (this.#stream) return this.#share();
    this.#setState({ status: "asking" });
    const turn = (this.#turn += 1);
    try {
      const devices = this.#devices();
      if (!devices) throw new DOMException("no media devices", "SecurityError");
      const stream = await devices.getUserMedia(CONSTRAINTS);
      if (turn === this.#turn) this.#took(stream);
      else stopTracks(stream); // stopped, or asked again, while the permission was open
    } catch (error) {
      if (turn === this.#turn) this.#setState({ status: "blocked", fault: faultOf(error) });
    }
  }

  /** Stop sending and switch the camera off. */
  stop(): void {
    this.#isOn = false;
    this.#turn += 1;
    this.#devices()?.removeEventListener("devicechange", this.#devicesChanged);
    this.#link.stop();
    this.#release();
    this.#setState({ status: "off" });
  }

  /** Hand in every event of the topic; others than media.* are ignored. */
  receive(event: MediaPush): void {
    if (event.t === "media.reassign") this.#link.reassigned(event.d.peers);
    if (event.t === "media.layer_wanted" && event.d.layer === "f") {
      this.#isHighWanted = event.d.wanted;
      void this.#applyLayers();
    }
  }

  #took(stream: MediaStream): void {
    this.#stream = stream;
    stream.getVideoTracks()[0]?.addEventListener("ended", () => this.#lostDevice(stream));
    this.#setState({ status: "preview" });
    this.#share();
  }

  /** Begin to send what is not sent yet, or try again where the server had refused it. */
  #share(): void {
    if (!this.#isShared || !["preview", "refused"].includes(this.#state.status)) return;
    this.#link.stop();
    this.#setState({ status: "connecting" });
    this.#link.start();
  }

  /** The camera was unplugged, or its permission taken back. */
  #lostDevice(stream: MediaStream): void {
    if (stream !== this.#stream || !this.#isOn) return;
    this.#link.stop();
    this.#release();
    this.#setState({ status: "blocked", fault: "missing" });
    void this.#turnOn();
  }

  readonly #devicesChanged = (): void => {
    if (this.#isOn && this.#state.status === "blocked" && this.#state.fault !== "denied") void this.#turnOn();
  };

  #addTrack(connection: RTCPeerConnection): void {
    const track = this.#stream?.getVideoTracks()[0];
    if (!track) throw new DOMException("no camera", "NotFoundError");
    track.contentHint = "motion";
    const transceiver = connection.addTransceiver(track, {
      direction: "sendonly",
      sendEncodings: layersFor(track.getSettings().width ?? 1280),
    });
    this.#sender = transceiver.sender;
    this.#isHighWanted = false;
  }

  async #applyLayers(): Promise<void> {
    const sender = this.#sender;
    if (!sender) return;
    const parameters = sender.getParameters();
    const high = parameters.encodings.find((encoding) => encoding.rid === "f");
    if (!high || high.active === this.#isHighWanted) return;
    high.active = this.#isHighWanted;
    try {
      await sender.setParameters(parameters);
    } catch {
      this.#link.reconnect(); // the connection changed under us; a new one asks again
    }
  }

  #linkIs(state: LinkState): void {
    if (!this.#stream || !this.#isShared) return;
    if (state === "idle" || state === "closed") return;
    this.#setState({ status: state });
  }

  #devices(): CameraOptions["devices"] {
    return "devices" in this.#options ? this.#options.devices : navigator.mediaDevices;
  }

  #release(): void {
    if (this.#stream) stopTracks(this.#stream);
    this.#stream = undefined;
    this.#sender = undefined;
  }

  #setState(state: CameraState): void {
    if (state.status === this.#state.status && state.fault === this.#state.fault) return;
    this.#state = state;
    for (const watcher of [...this.#watchers]) watcher(state);
  }
}

function stopTracks(stream: MediaStream): void {
  for (const track of stream.getTracks()) track.stop();
}
