/**
 * One topic on the client: order, duplicates, gaps, and what to ask for after a reconnect.
 *
 * An event with a sequence number is delivered only in its turn. One that is ahead waits 250 ms for
 * the missing ones (two servers may overtake each other), then the rest is asked for again with
 * `since`. Events without a number are delivered as they come.
 */

/** Something that happened on a topic. `seq` is missing when the topic keeps no log. */
export interface TopicEvent<Body = any> {
  t: string;
  top: string;
  at?: number;
  seq?: number;
  rev?: number;
  d: Body;
}

/** The server's answer to `sub`. */
export interface Subscribed {
  top: string;
  head: number;
  d?: unknown;
  events?: TopicEvent[];
}

export interface Subscriber<State = any> {
  /** Last sequence number already on screen; leave out to begin with a fresh snapshot. */
  since?: number;
  /** The whole state now; null for a topic without one. Called again after every reconnect. */
  onSnapshot?: (state: State, head: number) => void;
  onEvent?: (event: TopicEvent) => void;
  /** Some events were lost on the way; the stream asks for them again by itself. */
  onGap?: (head: number) => void;
  /** The server refused the subscription; it is not tried again, also not after a reconnect. */
  onRefused?: (error: { code: string; data: Record<string, unknown> }) => void;
}

export const PATIENCE_MS = 250;
const MAX_WAITING = 1000;

export class Stream {
  readonly topic: string;
  readonly #subscriber: Subscriber;
  readonly #resubscribe: (topic: string) => void;
  #last: number | undefined;
  #waiting = new Map<number, TopicEvent>();
  #timer: ReturnType<typeof setTimeout> | undefined;
  #isLive = false;
  #isRefused = false;

  /** `resubscribe` sends `sub` again, with the `since` of this stream. */
  constructor(topic: string, subscriber: Subscriber, resubscribe: (topic: string) => void) {
    this.topic = topic;
    this.#subscriber = subscriber;
    this.#resubscribe = resubscribe;
    this.#last = subscriber.since;
  }

  /** Last sequence number delivered; undefined before the first. */
  get since(): number | undefined {
    return this.#last;
  }

  /** Whether the server has answered `sub` on the present connection. */
  get isLive(): boolean {
    return this.#isLive;
  }

  /** Whether the server has said that this person may not have the topic. */
  get isRefused(): boolean {
    return this.#isRefused;
  }

  /** The connection is gone: nothing is live until the next answer. */
  disconnected(): void {
    this.#isLive = false;
    this.#forgetWaiting();
  }

  subscribed(answer: Subscribed): void {
    this.#forgetWaiting();
    this.#isLive = true;
    const missed = answer.events ?? [];
    if (answer.d !== undefined && answer.d !== null) this.#subscriber.onSnapshot?.(answer.d, answer.head);
    for (const event of missed) this.#deliver(event);
    if (missed.length === 0) this.#last = answer.head;
    else if ((this.#last ?? 0) < answer.head) this.#askAgain();
  }

  event(event: TopicEvent): void {
    if (event.seq === undefined || this.#last === undefined) this.#deliver(event);
    else if (event.seq === this.#last + 1) this.#deliverInTurn(event);
    else if (event.seq > this.#last && this.#isLive) this.#wait(event);
  }

  /** The server says where the log ends: ask for the rest when that is further than we are. */
  head(head: number): void {
    if (this.#isLive && this.#timer === undefined && head > (this.#last ?? head)) this.#askAgain();
  }

  gap(head: number): void {
    this.#forgetWaiting();
    this.#subscriber.onGap?.(head);
    this.#askAgain();
  }

  refused(error: { code: string; data: Record<string, unknown> }): void {
    this.close();
    this.#isRefused = true;
    this.#subscriber.onRefused?.(error);
  }

  close(): void {
    this.#isLive = false;
    this.#forgetWaiting();
  }

  #deliverInTurn(event: TopicEvent): void {
    this.#deliver(event);
    let next = this.#waiting.get((this.#last ?? 0) + 1);
    while (next !== undefined) {
      this.#waiting.delete(next.seq ?? 0);
      this.#deliver(next);
      next = this.#waiting.get((this.#last ?? 0) + 1);
    }
    if (this.#waiting.size === 0) this.#stopTimer();
  }

  #deliver(event: TopicEvent): void {
    if (event.seq !== undefined) {
      if (this.#last !== undefined && event.seq <= this.#last) return;
      this.#last = event.seq;
    }
    this.#subscriber.onEvent?.(event);
  }

  #wait(event: TopicEvent): void {
    if (this.#waiting.size < MAX_WAITING) this.#waiting.set(event.seq ?? 0, event);
    this.#timer ??= setTimeout(() => {
      this.#forgetWaiting();
      this.#askAgain();
    }, PATIENCE_MS);
  }

  #askAgain(): void {
    this.#isLive = false;
    this.#resubscribe(this.topic);
  }

  #forgetWaiting(): void {
    this.#waiting.clear();
    this.#stopTimer();
  }

  #stopTimer(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
  }
}
