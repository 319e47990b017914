/**
 * The durable queue of answers: this device first, then the server, and never a word too early.
 *
 * 1. An edit gets its sequence number and is written to the device's store at once.
 * 2. It is sent when typing rests (800 ms, at most 5 s later), or at once for a choice, a blur, a
 *    step to another question. At most one request is on its way; at most 20 answers travel in it.
 * 3. Only an answer of the server that names the same number makes it "saved".
 * 4. Whatever fails stays waiting and goes out again, later and later; a reload finds it on the
 *    device; a replay does no harm because the server keeps the highest number.
 * 5. What waits when the attempt ends or another device takes over is sent all the same, until the
 *    server has answered once: it keeps late work for a person's decision.
 */
import { backOffMs, farewellBatches, nextBatch } from "./autosave/batch";
import { type Entry, type KeptAnswer, Ledger, TAB_MARKS } from "./autosave/ledger";
import type { Gate, QueueStatus, Surroundings, Transport } from "./autosave/ports";
import { type Reply, part, rejoin, takeReply } from "./autosave/replies";
import { type AnswerStore, MemoryStore, type View } from "./autosave/store";
import type { AnswerValue, ServerAnswer } from "./paper";

export type { Gate, QueueStatus, SaveOutcome, Surroundings, Transport } from "./autosave/ports";

export const TYPING_REST_MS = 800;
export const TYPING_LIMIT_MS = 5_000;
/** A store that does not answer must not hold an answer back from the server. */
const KEEP_PATIENCE_MS = 1_500;

/** Gates through which the server can be reached: to save, or to hand over late work. */
const SENDING = new Set<Gate>(["open", "moved", "over"]);

export class Autosave {
  readonly ledger: Ledger;
  private gate: Gate = "closed";
  private lease = "";
  private flying = false;
  private failures = 0;
  private askedMs = 0;
  private failingSince: number | null = null;
  private lastSavedAt: number | null = null;
  private unreadable = 0;
  private timer: number | null = null;
  private firstTypedAt: number | null = null;
  /** How many of the next answers travel alone, to find the one the server rejects. */
  private alone = 0;
  private readonly lostStores: AnswerStore[] = [];
  private stopped = false;
  private finished = false;
  private readonly keeping = new Map<number, Promise<void>>();
  private readonly listeners = new Set<() => void>();

  /**
   * @param onNewerElsewhere the server holds a newer answer than this tab: fetch the snapshot
   * @param onKept an answer reached the device's store; other tabs want to know
   */
  constructor(
    private store: AnswerStore,
    private readonly transport: Transport,
    private readonly surroundings: Surroundings,
    private readonly onNewerElsewhere: () => void = () => {},
    private readonly onKept: (question: number) => void = () => {},
  ) {
    this.ledger = new Ledger(Math.floor(surroundings.random() * TAB_MARKS));
  }

  /** Take back what this device kept before; call once, before `meetServer`. */
  async restore(): Promise<View | null> {
    try {
      const kept = await this.store.load();
      for (const answer of kept.answers) this.ledger.adopt(answer);
      this.unreadable = kept.unreadable;
      return kept.view;
    } catch {
      this.loseStore();
      return null;
    } finally {
      this.changed();
    }
  }

  /**
   * Compare with the server's snapshot; what only this device has goes out.
   *
   * @param page the questions that can be answered now; left out, all can
   */
  meetServer(answers: Record<string, ServerAnswer>, page?: number[]): void {
    if (page) this.ledger.turnTo(page);
    this.ledger.meetServer(answers);
    const times = this.ledger.all().map((entry) => entry.savedAt ?? 0);
    this.lastSavedAt = Math.max(this.lastSavedAt ?? 0, ...times) || null;
    this.forgetGone();
    this.changed();
    this.pump();
  }

  /** What is left on the device of closed pages goes; a rest of it is acknowledged once more later. */
  private forgetGone(): void {
    const gone = this.ledger.takeGone();
    if (gone.length > 0) this.store.forget(gone).catch(() => {});
  }

  /** The room knows by other ways that the server cannot be reached. */
  noteUnreachable(): void {
    this.failingSince ??= this.surroundings.now();
    this.changed();
  }

  /** Answers may go out under this lease. */
  open(lease: string): void {
    this.lease = lease;
    rejoin(this.ledger);
    this.setGate("open");
  }

  setGate(gate: Gate): void {
    this.gate = gate;
    this.failures = 0;
    this.failingSince = null;
    this.cancelTimer();
    this.changed();
    this.pump();
  }

  /**
   * Record an edit. `typing` waits for a rest in the typing, `done` sends at once.
   *
   * @param text the words beside the answer; left out, they stay as they are
   */
  edit(question: number, value: AnswerValue, pace: "typing" | "done", text?: string | null): void {
    this.ledger.edit(question, value, this.surroundings.now(), text);
    void this.keep(question);
    this.changed();
    if (pace === "done") this.flush();
    else this.scheduleTyped();
  }

  /** The candidate left the field or the question: send what waits, but keep to the back-off. */
  flush(): void {
    if (this.failures === 0) this.pump();
  }

  /** The network came back, or the candidate asks to try now. */
  retry(): void {
    this.failures = 0;
    this.cancelTimer();
    this.pump();
  }

  /** Last chance before the page is hidden or gone; requests that outlive the page. */
  farewell(): void {
    if (!SENDING.has(this.gate)) return;
    for (const batch of farewellBatches(this.ledger.waiting())) {
      void this.send(batch, true).then(() => this.afterFarewell());
    }
  }

  /** The page was not gone after all. */
  private afterFarewell(): void {
    this.changed();
    if (this.failures > 0 && !this.flying && this.timer === null) this.scheduleRetry();
  }

  /** Another tab of this device kept an answer: take it over if it is newer. */
  async adoptFromStore(question: number): Promise<void> {
    const kept = await this.store.read(question).catch(() => null);
    if (kept && this.ledger.adopt(kept)) {
      this.changed();
      this.pump();
    }
  }

  keepView(view: View): void {
    this.store.keepView(view).catch(() => this.loseStore());
  }

  /** Resolves when all writes to the device's store so far are done (or it was lost). */
  async settled(): Promise<void> {
    while (this.keeping.size > 0) await Promise.all(this.keeping.values());
  }

  /** The server lacks these: send them again. */
  resend(questions: number[]): void {
    this.ledger.reopen(questions);
    this.retry();
  }

  /** Handed in: forget the answers on this device as soon as the server has had them all. */
  async finish(): Promise<void> {
    this.finished = true;
    this.setGate("over");
    await this.wipeWhenDone();
  }

  private async wipeWhenDone(): Promise<void> {
    const { waiting, refused } = this.status();
    if (this.finished && !this.stopped && waiting + refused === 0) await this.wipe();
  }

  /** Forget the answers on this device; only after a confirmed hand-in. */
  async wipe(): Promise<void> {
    await this.settled();
    for (const store of [this.store, ...this.lostStores]) await store.wipe().catch(() => {});
    this.close();
  }

  close(): void {
    this.stopped = true;
    this.cancelTimer();
    this.store.close();
  }

  status(): QueueStatus {
    const entries = this.ledger.all();
    return {
      gate: this.gate,
      waiting: entries.filter((entry) => entry.progress === "waiting").length,
      held: entries.filter((entry) => entry.progress === "held").length,
      refused: entries.filter((entry) => entry.progress === "refused").length,
      lastSavedAt: this.lastSavedAt,
      failingSince: this.failingSince,
      durable: this.store.durable,
      unreadable: this.unreadable,
    };
  }

  onChange(listener: () => void): () => void {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  }

  private changed(): void {
    for (const listener of this.listeners) listener();
  }

  /** Write a question's latest edit to the device; one write per question at a time, newest wins. */
  private keep(question: number): Promise<void> {
    const running = this.keeping.get(question);
    if (running) return running;
    const work = this.keepLatest(question);
    this.keeping.set(question, work);
    return work;
  }

  private async keepLatest(question: number): Promise<void> {
    let entry = this.ledger.get(question);
    while (entry && !entry.onDevice) {
      const { seq, value, text, clientAt } = entry;
      try {
        const outcome = await this.store.keep({ question, seq, value, text, clientAt });
        if (outcome.kept) this.ledger.markOnDevice(question, seq);
        else this.ledger.renumber(question, outcome.seq, this.surroundings.now());
      } catch {
        this.loseStore();
      }
      entry = this.ledger.get(question);
    }
    this.keeping.delete(question); // In the same turn as the last look: no edit falls in between.
    this.onKept(question);
    this.changed();
  }

  /** The device's store is gone or full: go on in memory, and say so. */
  loseStore(): void {
    if (!this.store.durable) return;
    this.lostStores.push(this.store);
    this.store = new MemoryStore();
    this.changed();
  }

  private scheduleTyped(): void {
    if (this.failures > 0) return;
    const now = this.surroundings.now();
    this.firstTypedAt ??= now;
    const left = this.firstTypedAt + TYPING_LIMIT_MS - now;
    this.schedule(Math.max(0, Math.min(TYPING_REST_MS, left)));
  }

  private schedule(ms: number): void {
    this.cancelTimer();
    this.timer = this.surroundings.setTimer(() => {
      this.timer = null;
      this.pump();
    }, ms);
  }

  private cancelTimer(): void {
    if (this.timer !== null) this.surroundings.clearTimer(this.timer);
    this.timer = null;
  }

  /** Send the next batch unless one is on its way or the gate is shut. */
  private pump(): void {
    if (this.flying || this.stopped || !SENDING.has(this.gate)) return;
    const waiting = this.ledger.waiting();
    if (waiting.length === 0) {
      this.failures = 0; // What failed arrived by another way: the next answer goes out at once.
      return;
    }
    this.cancelTimer();
    this.firstTypedAt = null;
    this.flying = true;
    const batch = this.alone > 0 ? waiting.slice(0, 1) : nextBatch(this.alike(waiting));
    this.alone = Math.max(0, this.alone - 1);
    void this.fly(batch.map((entry) => entry.question)).finally(() => {
      this.flying = false;
      this.changed();
      void this.wipeWhenDone();
      if (this.failures > 0) this.scheduleRetry();
      else this.pump();
    });
  }

  /** The open page's answers travel apart from earlier pages': the server judges them in another way. */
  private alike(waiting: Entry[]): Entry[] {
    const open = waiting.filter((entry) => this.ledger.isOpen(entry.question));
    return open.length > 0 ? open : waiting;
  }

  private async fly(questions: number[]): Promise<void> {
    await this.keptOrPatienceOver(questions);
    const batch = questions.flatMap((question) => this.ledger.get(question) ?? []);
    await this.send(batch, false);
  }

  /** The device before the server, unless the device does not answer. */
  private async keptOrPatienceOver(questions: number[]): Promise<void> {
    const writes = questions.flatMap((question) => this.keeping.get(question) ?? []);
    if (writes.length === 0) return;
    let timer = 0;
    const patience = new Promise<void>((resolve) => {
      timer = this.surroundings.setTimer(resolve, KEEP_PATIENCE_MS);
    });
    await Promise.race([Promise.all(writes), patience]);
    this.surroundings.clearTimer(timer);
  }

  private async send(batch: Entry[], keepalive: boolean): Promise<void> {
    const sent = batch.map(({ question, seq, value, text, clientAt }) => ({ question, seq, value, text, clientAt }));
    const lease = this.lease;
    const outcome = await this.transport.save(lease, sent, keepalive);
    if (outcome.kind === "stopped" && lease !== this.lease) return; // Said of a lease we gave up.
    switch (outcome.kind) {
      case "answered":
        return this.take(sent, outcome);
      case "stopped":
        if (outcome.gate === "moved" || outcome.gate === "over") {
          part(this.ledger, sent, outcome.gate, outcome.kept, this.surroundings.now());
        }
        return this.setGate(outcome.gate);
      case "unreachable":
        return this.fail(outcome.retryAfterMs);
      case "rejected":
        return this.isolate(sent, outcome.code);
    }
  }

  private take(sent: KeptAnswer[], reply: Reply): void {
    const { isDecided, isSaved, isNewerElsewhere } = takeReply(this.ledger, sent, reply);
    if (isSaved) this.lastSavedAt = Math.max(this.lastSavedAt ?? 0, reply.serverTime);
    this.forgetGone();
    if (isNewerElsewhere) this.onNewerElsewhere();
    if (!isDecided) return this.fail(0);
    this.failures = 0;
    this.failingSince = null;
  }

  private fail(retryAfterMs: number): void {
    this.failures += 1;
    this.askedMs = retryAfterMs;
    this.failingSince ??= this.surroundings.now();
  }

  private scheduleRetry(): void {
    if (!SENDING.has(this.gate)) return;
    this.schedule(backOffMs(this.failures, () => this.surroundings.random(), this.askedMs));
  }

  /** One bad answer must not hold the others: send them one by one, refuse only the one at fault. */
  private isolate(sent: KeptAnswer[], code: string): void {
    const [only] = sent;
    if (sent.length === 1 && only) this.ledger.refuse(only.question, only.seq, code);
    else this.alone = sent.length;
  }
}
