/** For tests: a server that keeps the product's promise, a network that does not, timers by hand. */
import type { SaveOutcome, Surroundings, Transport } from "../autosave";
import type { AnswerValue, ServerAnswer } from "../paper";
import type { KeptAnswer } from "./ledger";
import type { Kept } from "./replies";

/** Deterministic numbers in [0, 1): mulberry32. */
export function seeded(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}

/** Time that moves only when told; timers run in order when it does. */
export class HandClock implements Surroundings {
  time = 1_000_000;
  private timers = new Map<number, { due: number; run: () => void }>();
  private lastTimer = 0;

  /** @param rest lets promises settle; IndexedDB needs turns of the event loop, memory does not */
  constructor(
    readonly random: () => number = () => 0.5,
    private readonly rest: () => Promise<void> = settle,
  ) {}

  now(): number {
    return this.time;
  }

  setTimer(run: () => void, ms: number): number {
    this.lastTimer += 1;
    this.timers.set(this.lastTimer, { due: this.time + ms, run });
    return this.lastTimer;
  }

  clearTimer(timer: number): void {
    this.timers.delete(timer);
  }

  get pending(): number {
    return this.timers.size;
  }

  /** Let `ms` pass, running what falls due, and let promises settle between. */
  async pass(ms: number): Promise<void> {
    const end = this.time + ms;
    for (;;) {
      await this.rest();
      const next = [...this.timers].sort(([, one], [, other]) => one.due - other.due)[0];
      if (!next || next[1].due > end) break;
      this.timers.delete(next[0]);
      this.time = Math.max(this.time, next[1].due);
      next[1].run();
    }
    this.time = end;
    await this.rest();
  }
}

/** Let IndexedDB and promises run to rest. */
export async function settle(turns = 12): Promise<void> {
  for (let turn = 0; turn < turns; turn += 1) await new Promise((resolve) => setTimeout(resolve, 0));
}

/** Let promises run to rest that wait for nothing but promises. */
export async function settlePromises(): Promise<void> {
  for (let turn = 0; turn < 80; turn += 1) await Promise.resolve();
}

/** The server of the product in small: per question the highest number wins, one lease writes. */
export class SmallServer {
  lease = "lease-1";
  state = "running";
  readonly answers = new Map<number, ServerAnswer>();
  /** Number of the open page, and its questions; null is all there are. */
  page = 1;
  open: number[] | null = null;
  /** What came when it could not be an answer any more, kept for a person's decision. */
  holdsLateWork = true;
  readonly held = new Map<number, AnswerValue>();
  /** Every number ever acknowledged, per question. */
  readonly acknowledged = new Map<number, number>();

  save(lease: string, answers: KeptAnswer[], now: number): SaveOutcome {
    if (this.state === "submitted") return this.hold(answers, "over");
    if (lease !== this.lease) return this.hold(answers, "moved");
    if (this.state === "paused") return { kind: "stopped", gate: "paused", kept: { saved: [], held: [] } };
    const isMixed = answers.some(({ question }) => this.isOpen(question));
    const saved: Record<string, number> = {};
    const refused: Record<string, string> = {};
    for (const answer of answers) {
      const { question, seq } = answer;
      const stored = this.answers.get(question)?.seq ?? 0;
      // Of a closed page only what is stored is acknowledged, and only when nothing else is asked.
      if (!this.isOpen(question) && (isMixed || stored < seq)) refused[question] = "page_closed";
      else saved[question] = this.keep(answer, now);
    }
    return { kind: "answered", saved, refused, held: [], serverTime: now };
  }

  private keep({ question, seq, value, text }: KeptAnswer, now: number): number {
    const held = this.answers.get(question);
    if (!held || held.seq < seq) this.answers.set(question, { seq, value, text, saved_at: now });
    this.acknowledged.set(question, Math.max(this.acknowledged.get(question) ?? 0, seq));
    return Math.max(held?.seq ?? 0, seq);
  }

  isOpen(question: number): boolean {
    return this.open?.includes(question) ?? true;
  }

  /** Close the open page; returns the questions of which an answer named in the digest is missing. */
  turn(page: number, digest: Record<string, number>, next: number[]): number[] {
    if (page < this.page) return [];
    const missing = this.missing(digest);
    if (missing.length > 0) return missing;
    this.page += 1;
    this.open = next;
    return [];
  }

  missing(digest: Record<string, number>): number[] {
    const shown = this.snapshot();
    return Object.keys(digest).filter((id) => (shown[id]?.seq ?? 0) < (digest[id] ?? 0)).map(Number);
  }

  /** Keep late work, unless it is stored already. */
  hold(answers: KeptAnswer[], gate: "over" | "moved"): SaveOutcome & { kind: "stopped" } {
    const kept: Kept = { saved: [], held: [] };
    for (const { question, seq, value } of answers) {
      if ((this.answers.get(question)?.seq ?? 0) >= seq) kept.saved.push(question);
      else if (this.holdsLateWork && this.held.set(question, value)) kept.held.push(question);
    }
    return { kind: "stopped", gate, kept };
  }

  snapshot(): Record<string, ServerAnswer> {
    const shown = [...this.answers].filter(([id]) => this.isOpen(id));
    return Object.fromEntries(shown.map(([id, answer]) => [String(id), { ...answer }]));
  }
}

/** What a request meets on its way. */
export type Weather = "fine" | "lost" | "answer_lost" | "twice" | "overtaken";

/** A way to the server that drops, doubles and reorders as `weather` says. */
export class Network implements Transport {
  requests: KeptAnswer[][] = [];
  leases: string[] = [];
  private overtaken: (() => void)[] = [];

  constructor(
    readonly server: SmallServer,
    private readonly clock: HandClock,
    public weather: () => Weather = () => "fine",
  ) {}

  async save(lease: string, answers: KeptAnswer[]): Promise<SaveOutcome> {
    this.requests.push(answers);
    this.leases.push(lease);
    const arrive = () => this.server.save(lease, answers, this.clock.now());
    await Promise.resolve();
    switch (this.weather()) {
      case "fine":
        return arrive();
      case "lost":
        return { kind: "unreachable", retryAfterMs: 0 };
      case "answer_lost":
        arrive();
        return { kind: "unreachable", retryAfterMs: 0 };
      case "twice":
        this.overtaken.push(arrive);
        return arrive();
      case "overtaken":
        this.overtaken.push(arrive);
        return { kind: "unreachable", retryAfterMs: 0 };
    }
  }

  /** Let what was held up on the way arrive after all, later than what was sent after it. */
  deliverLate(random: () => number): void {
    this.overtaken = this.overtaken.filter((arrive) => {
      if (random() < 0.5) return true;
      arrive();
      return false;
    });
  }
}
