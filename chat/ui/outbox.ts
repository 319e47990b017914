/**
 * Sends messages one after the other, in the order they were written, each under its own
 * `client_id`: sending one again never makes a second message.
 *
 * A lost connection or a busy server is tried again for a minute. After that, and after any
 * refusal, the message waits for the person: what was written during a lock is never sent by
 * itself when the lock ends.
 */
import type { Unsent } from "$chat/room";

export interface PostDone {
  seq: number;
  at: number;
  again: boolean;
}

export interface OutboxHooks {
  /** Ask the server; rejects with `{code}`. */
  post(message: Unsent): Promise<PostDone>;
  posted(clientId: string, done: PostDone): void;
  failed(clientId: string, code: string): void;
  now(): number;
  wait(spanMs: number): Promise<void>;
}

export const GIVE_UP_MS = 60_000;
const FIRST_PAUSE_MS = 700;
const LONGEST_PAUSE_MS = 8_000;
const PASSING = new Set(["disconnected", "timeout", "busy", "rate_limited", "not_subscribed", "server_error"]);

export class Outbox {
  #queue: Unsent[] = [];
  #isRunning = false;
  readonly #hooks: OutboxHooks;

  constructor(hooks: OutboxHooks) {
    this.#hooks = hooks;
  }

  /** Send a message after those before it; also for a failed one that the person sends again. */
  add(message: Unsent): void {
    this.#queue.push({ ...message, at: this.#hooks.now() });
    if (!this.#isRunning) void this.#run();
  }

  /** Forget a message that is not on its way. */
  drop(clientId: string): void {
    this.#queue = this.#queue.filter((one) => one.clientId !== clientId);
  }

  async #run(): Promise<void> {
    this.#isRunning = true;
    for (let next = this.#queue[0]; next; next = this.#queue[0]) {
      await this.#send(next);
      this.#queue = this.#queue.filter((one) => one !== next);
    }
    this.#isRunning = false;
  }

  async #send(message: Unsent): Promise<void> {
    for (let failures = 0; ; failures += 1) {
      try {
        this.#hooks.posted(message.clientId, await this.#hooks.post(message));
        return;
      } catch (error) {
        const code = String((error as { code?: unknown }).code ?? "server_error");
        const isLate = this.#hooks.now() - message.at > GIVE_UP_MS;
        if (!PASSING.has(code) || isLate || !this.#queue.includes(message)) {
          this.#hooks.failed(message.clientId, code);
          return;
        }
        await this.#hooks.wait(Math.min(LONGEST_PAUSE_MS, FIRST_PAUSE_MS * 2 ** failures));
      }
    }
  }
}
