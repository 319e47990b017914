/**
 * One RTCPeerConnection to the media server that comes back by itself.
 *
 * The server answers from a fixed port and never sends checks (ICE-lite), so an offer needs no
 * candidates and leaves at once. A connection that stays away for two seconds is first mended by
 * an ICE restart, which keeps the media going, then made anew.
 */

/** The part of `$web/socket` that the media modules need. */
export interface MediaSocket {
  call(topic: string, name: string, data: object): Promise<any>;
  /** Calls `run` now and on every change; returns the function that stops it. */
  onStatus(run: (status: string) => void): () => void;
}

/** An event of a topic, as the socket delivers it. */
export interface MediaPush {
  t: string;
  d: any;
}

export type LinkState = "idle" | "connecting" | "live" | "recovering" | "refused" | "closed";

export interface LinkOptions {
  socket: MediaSocket;
  /** `media:<sitting>`: where calls go. */
  topic: string;
  /** Put tracks or receive-only sections into a fresh connection. */
  prepare(connection: RTCPeerConnection): void;
  /** Send the offer; resolves with the server's answer. */
  exchange(offer: string): Promise<{ sdp: string; peer: string }>;
  /** A new peer exists: its handle and connection. */
  onPeer(peer: string, connection: RTCPeerConnection): void;
  onState(state: LinkState): void;
  /** For tests; the browser's own by default. */
  createConnection?: (configuration: RTCConfiguration) => RTCPeerConnection;
  random?: () => number;
}

export const PATIENCE_MS = 2_000;
export const RESTART_MS = 3_000;
export const CONNECT_MS = 8_000;
const FIRST_DELAY_MS = 300;
const LONGEST_DELAY_MS = 10_000;

/** Refusals that another try will not change. */
const FINAL: ReadonlySet<string> = new Set(["media_forbidden", "offer_refused", "bad_message", "forbidden", "not_found"]);

/** Milliseconds before the next try: doubled each time, half of it random. */
export function retryDelay(failures: number, random: () => number = Math.random): number {
  return Math.min(LONGEST_DELAY_MS, FIRST_DELAY_MS * 2 ** failures) * (0.5 + random() / 2);
}

/** The answer with other ICE credentials, for a restart (RFC 8839 section 4.4.1.1.1). */
export function withCredentials(answer: string, fresh: { ufrag: string; password: string }): string {
  return answer
    .replace(/^a=ice-ufrag:.*$/gm, `a=ice-ufrag:${fresh.ufrag}`)
    .replace(/^a=ice-pwd:.*$/gm, `a=ice-pwd:${fresh.password}`);
}

export class MediaLink {
  readonly #options: LinkOptions;
  #connection: RTCPeerConnection | undefined;
  #peer: string | undefined;
  #answer = "";
  #state: LinkState = "idle";
  #failures = 0;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #stopStatus: (() => void) | undefined;
  #isStarted = false;
  #isSocketOpen = false;

  constructor(options: LinkOptions) {
    this.#options = options;
  }

  get state(): LinkState {
    return this.#state;
  }

  get peer(): string | undefined {
    return this.#peer;
  }

  /** Connect as soon as the socket is open, and again after every new opening of it. */
  start(): void {
    if (this.#isStarted) return;
    this.#isStarted = true;
    this.#setState("connecting");
    this.#stopStatus = this.#options.socket.onStatus((status) => this.#socketIs(status === "open"));
  }

  /** Close for good. */
  stop(): void {
    this.#isStarted = false;
    this.#stopStatus?.();
    const { socket, topic } = this.#options;
    if (this.#peer && this.#isSocketOpen) socket.call(topic, "media.close", { peer: this.#peer }).catch(ignore);
    this.#isSocketOpen = false;
    this.#drop();
    this.#setState("closed");
  }

  /** Make a new connection now; the old picture goes. */
  reconnect(): void {
    if (!this.#isStarted || this.#state === "refused") return;
    this.#setState(this.#state === "connecting" ? "connecting" : "recovering");
    if (this.#isSocketOpen) void this.#connect();
  }

  /** Take `media.reassign`: reconnect if this peer is among the lost ones. */
  reassigned(peers: readonly string[]): void {
    if (this.#peer && peers.includes(this.#peer)) this.reconnect();
  }

  #socketIs(open: boolean): void {
    const opened = open && !this.#isSocketOpen;
    this.#isSocketOpen = open;
    // The server closes the peers of a socket that went away, so a new socket needs a new peer.
    if (opened) this.reconnect();
  }

  async #connect(): Promise<void> {
    this.#drop();
    const create = this.#options.createConnection ?? ((configuration) => new RTCPeerConnection(configuration));
    const connection = create({ bundlePolicy: "max-bundle" });
    this.#connection = connection;
    this.#later(CONNECT_MS, () => this.#retry());
    try {
      this.#options.prepare(connection);
      await connection.setLocalDescription(await connection.createOffer());
      const answer = await this.#options.exchange(connection.localDescription?.sdp ?? "");
      if (connection !== this.#connection) return;
      this.#peer = answer.peer;
      this.#answer = answer.sdp;
      connection.onconnectionstatechange = () => this.#changed(connection);
      await connection.setRemoteDescription({ type: "answer", sdp: answer.sdp });
      if (connection === this.#connection) this.#options.onPeer(answer.peer, connection);
    } catch (error) {
      if (connection === this.#connection) this.#failed(error);
    }
  }

  #changed(connection: RTCPeerConnection): void {
    if (connection !== this.#connection) return;
    switch (connection.connectionState) {
      case "connected":
        this.#failures = 0;
        this.#cancel();
        return this.#setState("live");
      case "disconnected":
        this.#setState("recovering");
        return this.#later(PATIENCE_MS, () => void this.#restart(connection));
      case "failed":
      case "closed":
        return this.#retry();
    }
  }

  async #restart(connection: RTCPeerConnection): Promise<void> {
    this.#later(RESTART_MS, () => this.#retry());
    const { socket, topic } = this.#options;
    try {
      const fresh = await socket.call(topic, "media.restart", { peer: this.#peer });
      if (connection !== this.#connection) return;
      await connection.setLocalDescription(await connection.createOffer({ iceRestart: true }));
      this.#answer = withCredentials(this.#answer, fresh);
      await connection.setRemoteDescription({ type: "answer", sdp: this.#answer });
    } catch {
      if (connection === this.#connection) this.#retry();
    }
  }

  #failed(error: unknown): void {
    const code = (error as { code?: string }).code ?? "";
    if (!FINAL.has(code)) return this.#retry();
    this.#drop();
    this.#setState("refused");
  }

  #retry(): void {
    const delay = retryDelay(this.#failures, this.#options.random);
    this.#failures += 1;
    this.#drop();
    if (this.#state === "live") this.#setState("recovering");
    this.#later(delay, () => this.reconnect());
  }

  #drop(): void {
    this.#cancel();
    const connection = this.#connection;
    this.#connection = undefined;
    this.#peer = undefined;
    if (!connection) return;
    connection.onconnectionstatechange = null;
    connection.ontrack = null;
    connection.close();
  }

  #later(delayMs: number, run: () => void): void {
    this.#cancel();
    this.#timer = setTimeout(run, delayMs);
  }

  #cancel(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
  }

  #setState(state: LinkState): void {
    if (state === this.#state) return;
    this.#state = state;
    this.#options.onState(state);
  }
}

function ignore(): void {
  // The server closes the peer itself when the socket or the browser goes.
}
