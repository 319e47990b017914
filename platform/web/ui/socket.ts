/**
 * The one WebSocket of a tab: hello, topics, calls with acks, heart beat, and coming back.
 *
 * Nothing here is durable: answers go by HTTP. After every reconnect each topic is asked for
 * again from where it stopped (`stream.ts`), so a lost frame is never missed for good.
 */
import { ServerClock } from "./clock";
import { startTicking } from "./heartbeat";
import { Watched, type Watchable } from "./status";
import { Stream, type Subscriber, type TopicEvent } from "./stream";
import type { HelloBody } from "./wire";

export type { Subscriber, TopicEvent } from "./stream";

/**
 * `connecting` the first time · `open` · `waiting` for the next try · `ended` for good: signed
 * out, taken over by another tab, or closed by the page.
 */
export type SocketStatus = "connecting" | "open" | "waiting" | "ended";

/** Why the socket ended for good. */
export type EndReason = "signed_out" | "forbidden" | "replaced" | "closed";

/** A call that was not carried out. `disconnected` and `timeout`: it may have been. */
export class CallError extends Error {
  readonly code: string;
  readonly data: Record<string, unknown>;

  constructor(code: string, data: Record<string, unknown> = {}) {
    super(code);
    this.name = "CallError";
    this.code = code;
    this.data = data;
  }
}

export interface Socket {
  /** Follow a topic; the returned function stops it. One follower per topic. */
  subscribe<State = any>(topic: string, subscriber: Subscriber<State>): () => void;
  /** Ask for something on a followed topic; resolves with the ack's data once it is committed. */
  call<Result = any>(topic: string, name: string, data: object): Promise<Result>;
  readonly status: Watchable<SocketStatus>;
  /** Call `run` now and on every change; returns the function that stops it. */
  onStatus(run: (status: SocketStatus) => void): () => void;
  readonly endReason: EndReason | undefined;
  /** Id of the present connection; undefined while there is none. */
  readonly connectionId: string | undefined;
  /** The server's time in milliseconds since the epoch. */
  serverNow(): number;
  /** Resolves when the socket is open (again); rejects with CallError when it has ended. */
  waitOpen(): Promise<void>;
  close(): void;
}

export const SUBPROTOCOL = "invigil.v1";
export const ACK_TIMEOUT_MS = 10_000;
export const SILENCE_MS = 6_000;
const SHORTEST_DELAY_MS = 300;
const FIRST_CEILING_MS = 1000;
const LONGEST_DELAY_MS = 10_000;
const OVERLOAD_DELAY_MS = 10_000;

const ENDS: Readonly<Record<number, EndReason>> = { 4401: "signed_out", 4403: "forbidden", 4409: "replaced" };

/** Refusals of `sub` that say nothing about the person: it is asked for again. */
const PASSING: ReadonlySet<string> = new Set(["busy", "rate_limited", "server_error"]);

interface PendingCall {
  resolve: (value: any) => void;
  reject: (error: CallError) => void;
  timer: ReturnType<typeof setTimeout>;
  frame: object;
  isSent: boolean;
}

interface ServerFrame {
  t: string;
  top?: string;
  re?: string | null;
  head?: number;
  at?: number;
  code?: string;
  ticket?: string;
  d?: any;
}

/** Open the socket of this tab; it reconnects by itself until `close()`. */
export function connect(url: string): Socket {
  return new ReconnectingSocket(url);
}

/**
 * Milliseconds to wait before try number `failures + 1`: full jitter, so that a hall full of
 * students does not come back in the same instant.
 */
export function backOff(failures: number, random: () => number = Math.random): number {
  const ceiling = Math.min(LONGEST_DELAY_MS, FIRST_CEILING_MS * 2 ** failures);
  return SHORTEST_DELAY_MS + random() * (ceiling - SHORTEST_DELAY_MS);
}

class ReconnectingSocket implements Socket {
  readonly #url: string;
  readonly #clock = new ServerClock();
  readonly #status = new Watched<SocketStatus>("connecting");
  readonly #streams = new Map<string, Stream>();
  readonly #calls = new Map<string, PendingCall>();
  readonly #beats = new Map<string, number>();
  readonly #stopListening: () => void;
  #socket: WebSocket | undefined;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #failures = 0;
  #retryAfterMs: number | undefined;
  #ticket: string | undefined;
  #count = 0;
  #openedAt = 0;
  #heardAt = 0;
  connectionId: string | undefined;
  endReason: EndReason | undefined;

  constructor(url: string) {
    this.#url = url;
    this.#stopListening = this.#listen();
    this.#open();
  }

  get status(): Watchable<SocketStatus> {
    return this.#status;
  }

  onStatus(run: (status: SocketStatus) => void): () => void {
    return this.#status.subscribe(run);
  }

  serverNow(): number {
    return this.#clock.now();
  }

  waitOpen(): Promise<void> {
    return new Promise((resolve, reject) => {
      let stop: (() => void) | undefined;
      stop = this.#status.subscribe((status) => {
        if (status === "open") resolve();
        else if (status === "ended") reject(new CallError(this.endReason ?? "closed"));
        else return;
        queueMicrotask(() => stop?.());
      });
    });
  }

  subscribe<State = any>(topic: string, subscriber: Subscriber<State>): () => void {
    this.#streams.get(topic)?.close();
    const stream = new Stream(topic, subscriber, () => this.#askFor(stream));
    this.#streams.set(topic, stream);
    this.#askFor(stream);
    return () => {
      stream.close();
      if (this.#streams.get(topic) !== stream) return;
      this.#streams.delete(topic);
      this.#send({ t: "unsub", top: topic });
    };
  }

  call<Result = any>(topic: string, name: string, data: object): Promise<Result> {
    return new Promise<Result>((resolve, reject) => {
      if (this.#status.value === "ended") return reject(new CallError(this.endReason ?? "closed"));
      const id = this.#newId("k");
      const timer = setTimeout(() => this.#settle(id, (call) => call.reject(new CallError("timeout"))), ACK_TIMEOUT_MS);
      const call = { resolve, reject, timer, frame: { t: name, id, top: topic, d: data }, isSent: false };
      this.#calls.set(id, call);
      // Calls made before the connection is open leave as soon as it is.
      call.isSent = this.#send(call.frame);
    });
  }

  close(): void {
    this.#end("closed");
  }

  // ── Connection ────────────────────────────────────────────────────────────────────────────

  #open(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    const protocols = this.#ticket ? [SUBPROTOCOL, `ticket.${this.#ticket}`] : [SUBPROTOCOL];
    this.#ticket = undefined; // one use: a stale one must not be tried twice
    const socket = new WebSocket(this.#url, protocols);
    this.#socket = socket;
    this.#openedAt = this.#heardAt = this.#clock.steady();
    socket.onmessage = (message) => socket === this.#socket && this.#read(String(message.data));
    socket.onclose = (event) => socket === this.#socket && this.#closed(event.code);
  }

  #closed(code: number): void {
    this.#socket = undefined;
    this.connectionId = undefined;
    this.#beats.clear();
    for (const stream of this.#streams.values()) stream.disconnected();
    for (const [id, call] of [...this.#calls]) {
      if (call.isSent) this.#settle(id, (lost) => lost.reject(new CallError("disconnected")));
    }
    const reason = ENDS[code];
    if (reason) return this.#end(reason);
    const isOverload = code === 4429;
    const delay = this.#retryAfterMs ?? (isOverload ? OVERLOAD_DELAY_MS : 0) + backOff(this.#failures);
    this.#retryAfterMs = undefined;
    this.#failures += 1;
    this.#status.set("waiting");
    this.#timer = setTimeout(() => this.#open(), delay);
  }

  #end(reason: EndReason): void {
    if (this.#status.value === "ended") return;
    this.endReason = reason;
    clearTimeout(this.#timer);
    this.#stopListening();
    const socket = this.#socket;
    this.#socket = undefined;
    this.connectionId = undefined;
    socket?.close(1000);
    for (const id of [...this.#calls.keys()]) this.#settle(id, (call) => call.reject(new CallError(reason)));
    for (const stream of this.#streams.values()) stream.disconnected();
    this.#status.set("ended");
  }

  /** Drop the present connection without waiting for its close handshake, and come back. */
  #abandon(): void {
    const socket = this.#socket;
    if (!socket) return;
    this.#closed(1006);
    socket.close();
  }

  #listen(): () => void {
    const stopTicking = startTicking(() => this.#beat());
    const online = () => this.#comeBackNow();
    const shown = (event: PageTransitionEvent) => event.persisted && this.#comeBackNow();
    const hidden = () => this.#abandon();
    window.addEventListener("online", online);
    window.addEventListener("pageshow", shown);
    window.addEventListener("pagehide", hidden);
    return () => {
      stopTicking();
      window.removeEventListener("online", online);
      window.removeEventListener("pageshow", shown);
      window.removeEventListener("pagehide", hidden);
    };
  }

  #comeBackNow(): void {
    if (this.#timer !== undefined) this.#open();
  }

  #beat(): void {
    if (!this.#socket) return;
    const now = this.#clock.steady();
    if (now - Math.max(this.#heardAt, this.#openedAt) > SILENCE_MS) return this.#abandon();
    if (this.connectionId === undefined) return;
    const id = this.#newId("h");
    this.#beats.set(id, now);
    this.#send({ t: "hb", id });
  }

  // ── Frames ────────────────────────────────────────────────────────────────────────────────

  /** Whether the frame left. Before `hello` nothing does. */
  #send(frame: object): boolean {
    if (this.connectionId === undefined || this.#socket?.readyState !== WebSocket.OPEN) return false;
    this.#socket.send(JSON.stringify(frame));
    return true;
  }

  #askFor(stream: Stream): void {
    const since = stream.since === undefined ? {} : { since: stream.since };
    this.#send({ t: "sub", id: `s:${stream.topic}`, top: stream.topic, ...since });
  }

  #read(text: string): void {
    this.#heardAt = this.#clock.steady();
    const parsed = JSON.parse(text) as ServerFrame | ServerFrame[];
    for (const frame of Array.isArray(parsed) ? parsed : [parsed]) this.#take(frame);
  }

  #take(frame: ServerFrame): void {
    const stream = frame.top === undefined ? undefined : this.#streams.get(frame.top);
    switch (frame.t) {
      case "hello":
        return this.#greeted(frame.d);
      case "subd":
        return stream?.subscribed(frame as any);
      case "ack":
        return this.#settle(String(frame.re), (call) => call.resolve(frame.d ?? null));
      case "err":
        return this.#refused(frame);
      case "gap":
        return stream?.gap(frame.head ?? 0);
      case "pos":
        for (const [topic, head] of Object.entries(frame.d as Record<string, number>)) this.#streams.get(topic)?.head(head);
        return;
      case "hb":
        return this.#beatAnswered(frame);
      case "bye":
        this.#retryAfterMs = frame.d.retry_after;
        return;
      default:
        if (frame.d !== undefined) stream?.event(frame as TopicEvent); // unknown control frames are for newer pages
    }
  }

  #greeted(hello: HelloBody): void {
    this.#failures = 0;
    this.#ticket = hello.ticket;
    this.connectionId = hello.conn;
    // Each time: after a sleep of the computer this is the first to know that time has passed.
    this.#clock.observe(this.#openedAt, hello.server_time);
    for (const stream of this.#streams.values()) if (!stream.isRefused) this.#askFor(stream);
    for (const call of this.#calls.values()) call.isSent ||= this.#send(call.frame);
    this.#status.set("open");
  }

  #refused(frame: ServerFrame): void {
    const error = { code: frame.code ?? "server_error", data: (frame.d ?? {}) as Record<string, unknown> };
    const id = String(frame.re);
    if (id.startsWith("s:")) this.#subscriptionRefused(id.slice(2), error);
    else this.#settle(id, (call) => call.reject(new CallError(error.code, error.data)));
  }

  #subscriptionRefused(topic: string, error: { code: string; data: Record<string, unknown> }): void {
    const stream = this.#streams.get(topic);
    if (!stream) return;
    if (!PASSING.has(error.code)) return stream.refused(error);
    setTimeout(() => this.#streams.get(topic) === stream && this.#askFor(stream), backOff(3));
  }

  #beatAnswered(frame: ServerFrame): void {
    if (frame.ticket) this.#ticket = frame.ticket; // the one of hello has run out by now
    const sentAt = this.#beats.get(String(frame.re));
    this.#beats.delete(String(frame.re));
    if (sentAt !== undefined && frame.at !== undefined) this.#clock.observe(sentAt, frame.at);
  }

  #settle(id: string, how: (call: PendingCall) => void): void {
    const call = this.#calls.get(id);
    if (!call) return;
    this.#calls.delete(id);
    clearTimeout(call.timer);
    how(call);
  }

  #newId(prefix: string): string {
    this.#count += 1;
    return `${prefix}${this.#count}`;
  }
}
