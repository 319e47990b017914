/**
 * The invigilator's pictures: one connection with a receive-only slot per tile and one for focus.
 *
 * Turning a page and focusing only say which source a slot shows; the connection stays as it is.
 * The wanted and the agreed sources are kept apart: whatever happens, the difference is sent again.
 */
import { MediaLink, type LinkOptions, type LinkState, type MediaPush, type MediaSocket } from "./medialink";

export interface WallSocket extends MediaSocket {
  subscribe(
    topic: string,
    follower: { onSnapshot?: (state: any, head: number) => void; onEvent?: (event: MediaPush) => void },
  ): () => void;
}

export interface VideoWallOptions {
  socket: WallSocket;
  /** `media:<sitting>`; followed by this module alone. */
  topic: string;
  /** Number of tiles on the largest page. */
  tiles: number;
  createConnection?: LinkOptions["createConnection"];
}

interface Wish {
  source: string;
  layer: "q" | "f";
}

export type WallVideoStatus = "connecting" | "live" | "recovering" | "refused" | "off";

/** Name of a candidate's camera. */
export function cameraOf(attempt: number): string {
  return `attempt:${attempt}/camera`;
}

const WANTED_CODECS = /^video\/(VP8|H264|rtx)$/i;
/** Lines the media server does not read; it takes no candidates of ours (ICE-lite). */
const UNREAD = /^a=(rtcp-fb:|rtcp-xr:|rtcp:|ice-options:|candidate:|extmap-allow-mixed)/;
const READ_EXTENSION = /(sdes:mid|abs-send-time)$/;

/** VP8 is what cameras are asked for; H264 is the second codec every browser has. */
export function leanCodecs(codecs: readonly RTCRtpCodec[]): RTCRtpCodec[] {
  const seen = new Set<string>();
  return codecs.filter((codec) => {
    const kind = codec.mimeType.toLowerCase();
    const fmtp = codec.sdpFmtpLine ?? "";
    if (!WANTED_CODECS.test(kind)) return false;
    if (kind === "video/rtx") return true;
    if (kind === "video/h264" && !fmtp.includes("packetization-mode=1")) return false;
    if (seen.has(kind)) return false;
    seen.add(kind);
    return true;
  });
}

/** The offer without what nobody reads: 37 sections must fit one frame of the socket. */
export function leanOffer(offer: string): string {
  const isRead = (line: string) => !UNREAD.test(line) && (!line.startsWith("a=extmap:") || READ_EXTENSION.test(line));
  return offer.split("\r\n").filter(isRead).join("\r\n");
}

export class VideoWall {
  /** Index of the focus slot; tiles are 0 … focusSlot - 1. */
  readonly focusSlot: number;
  readonly #options: VideoWallOptions;
  readonly #link: MediaLink;
  readonly #streams = new Map<number, MediaStream>();
  readonly #watchers = new Set<() => void>();
  readonly #sources = new Set<string>();
  #wanted: (Wish | null)[];
  #agreed: (Wish | null)[];
  #isSending = false;
  #status: WallVideoStatus = "off";
  #stopFollowing: (() => void) | undefined;

  constructor(options: VideoWallOptions) {
    this.#options = options;
    this.focusSlot = options.tiles;
    this.#wanted = new Array<Wish | null>(options.tiles + 1).fill(null);
    this.#agreed = [...this.#wanted];
    const { createConnection } = options;
    this.#link = new MediaLink({
      socket: options.socket,
      topic: options.topic,
      prepare: (connection) => this.#addSlots(connection),
      exchange: (offer) => this.#subscribe(offer),
      onPeer: () => void this.#flush(),
      onState: (state) => this.#linkIs(state),
      ...(createConnection && { createConnection }),
    });
  }

  get status(): WallVideoStatus {
    return this.#status;
  }

  /** Names of the sources that send at the moment. */
  get sources(): ReadonlySet<string> {
    return this.#sources;
  }

  /** What to give to the `srcObject` of the video element of a slot. */
  stream(slot: number): MediaStream | undefined {
    return this.#streams.get(slot);
  }

  /** What a slot is to show. */
  shown(slot: number): string | undefined {
    return this.#wanted[slot]?.source;
  }

  /** Call `run` after every change of streams, sources or status; returns the function that stops it. */
  onChange(run: () => void): () => void {
    this.#watchers.add(run);
    return () => this.#watchers.delete(run);
  }

  start(): void {
    if (this.#stopFollowing) return;
    this.#stopFollowing = this.#options.socket.subscribe(this.#options.topic, {
      onSnapshot: (room) => this.#snapshot(room),
      onEvent: (event) => this.#receive(event),
    });
    this.#link.start();
  }

  stop(): void {
    this.#stopFollowing?.();
    this.#stopFollowing = undefined;
    this.#link.stop();
    this.#streams.clear();
    this.#sources.clear();
    this.#changed();
  }

  /** Show these sources, one per tile; null and missing tiles are emptied. */
  show(page: readonly (string | null)[]): void {
    for (let slot = 0; slot < this.focusSlot; slot += 1) {
      const source = page[slot] ?? null;
      this.#wanted[slot] = source === null ? null : { source, layer: "q" };
    }
    void this.#flush();
  }

  /** Show one source large in the focus slot, or nothing; its thumbnail goes on. */
  focus(source: string | null): void {
    this.#wanted[this.focusSlot] = source === null ? null : { source, layer: "f" };
    void this.#flush();
  }

  #addSlots(connection: RTCPeerConnection): void {
    this.#streams.clear();
    const codecs = leanCodecs(RTCRtpReceiver.getCapabilities?.("video")?.codecs ?? []);
    for (let slot = 0; slot <= this.focusSlot; slot += 1) {
      const transceiver = connection.addTransceiver("video", { direction: "recvonly" });
      if (codecs.length > 0) transceiver.setCodecPreferences?.(codecs);
      this.#streams.set(slot, new MediaStream([transceiver.receiver.track]));
    }
    this.#changed();
  }

  async #subscribe(offer: string): Promise<{ sdp: string; peer: string }> {
    const slots = [...this.#wanted];
    const answer = await this.#options.socket.call(this.#options.topic, "media.subscribe", { offer: leanOffer(offer), slots });
    this.#agreed = slots;
    return answer;
  }

  /** Send what differs; changes made meanwhile go in the next round. */
  async #flush(): Promise<void> {
    const peer = this.#link.peer;
    if (this.#isSending || !peer) return;
    this.#isSending = true;
    try {
      for (let changes = this.#difference(); changes.length > 0; changes = this.#difference()) {
        await this.#options.socket.call(this.#options.topic, "media.switch", { peer, changes });
        if (peer !== this.#link.peer) break;
        for (const { slot, show } of changes) this.#agreed[slot] = show;
      }
    } catch (error) {
      // After a lost socket the link makes a new peer by itself.
      if (peer === this.#link.peer && (error as { code?: string }).code !== "disconnected") this.#link.reconnect();
    } finally {
      this.#isSending = false;
    }
    if (peer !== this.#link.peer) void this.#flush();
  }

  #difference(): { slot: number; show: Wish | null }[] {
    const isSame = (a: Wish | null | undefined, b: Wish | null | undefined) => a?.source === b?.source && a?.layer === b?.layer;
    return this.#wanted
      .map((show, slot) => ({ slot, show }))
      .filter(({ slot, show }) => !isSame(show, this.#agreed[slot]));
  }

  #snapshot(room: { sources?: string[] } | null): void {
    this.#sources.clear();
    for (const source of room?.sources ?? []) this.#sources.add(source);
    this.#changed();
  }

  #receive(event: MediaPush): void {
    if (event.t === "media.reassign") this.#link.reassigned(event.d.peers);
    if (event.t !== "media.sources") return;
    for (const source of event.d.down as string[]) this.#sources.delete(source);
    for (const source of event.d.up as string[]) this.#sources.add(source);
    this.#changed();
  }

  #linkIs(state: LinkState): void {
    this.#status = state === "idle" || state === "closed" ? "off" : state;
    this.#changed();
  }

  #changed(): void {
    for (const watcher of [...this.#watchers]) watcher();
  }
}
