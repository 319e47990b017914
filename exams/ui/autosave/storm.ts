/**
 * For tests: a candidate works while everything goes wrong, by a seed; throws when a promise breaks.
 *
 * Promises: "saved" is never said of what the server does not hold; at the end, when the weather is
 * fine again, the server holds of each question the latest edit that was acknowledged or reached
 * the device's store, and without a crash simply the latest edit.
 */
import type { Autosave } from "../autosave";
import type { Entry, KeptAnswer, Numbered } from "./ledger";
import type { ServerAnswer } from "../paper";
import type { AnswerStore, KeepOutcome, Kept, View } from "./store";
import { HandClock, Network, SmallServer, type Weather, seeded, settlePromises } from "./testing";

type Queue = typeof Autosave;

/** Two pages; the second opens when the first is closed for good. */
const [FIRST, SECOND] = [[1, 2, 3, 4], [5, 6, 7]];
const STEPS = 90;

/** A device's disk: survives the page; a write takes a moment and is lost when the page dies first. */
class Disk {
  readonly rows = new Map<number, KeptAnswer & { tab: number }>();
  view: View | null = null;
}

class DiskStore implements AnswerStore {
  readonly durable = true;
  dead = false;

  constructor(
    private readonly disk: Disk,
    private readonly tab: number,
    private readonly random: () => number,
  ) {}

  load(): Promise<Kept> {
    return Promise.resolve({ answers: [...this.disk.rows.values()], view: null, unreadable: 0 });
  }

  read(question: number): Promise<KeptAnswer | null> {
    return Promise.resolve(this.disk.rows.get(question) ?? null);
  }

  async keep(answer: KeptAnswer): Promise<KeepOutcome> {
    for (let turn = Math.floor(this.random() * 6); turn > 0; turn -= 1) await Promise.resolve();
    if (this.dead) return new Promise(() => {});
    const known = this.disk.rows.get(answer.question);
    const sameEdit = known?.seq === answer.seq && known.tab === this.tab;
    if (known && known.seq >= answer.seq && !sameEdit) return { kept: false, seq: known.seq };
    this.disk.rows.set(answer.question, { ...answer, tab: this.tab });
    return { kept: true };
  }

  keepView(view: View): Promise<void> {
    this.disk.view = view;
    return Promise.resolve();
  }

  forget(edits: Numbered[]): Promise<void> {
    for (const { question, seq } of edits) {
      if ((this.disk.rows.get(question)?.seq ?? Infinity) <= seq && !this.dead) this.disk.rows.delete(question);
    }
    return Promise.resolve();
  }

  wipe(): Promise<void> {
    this.disk.rows.clear();
    return Promise.resolve();
  }

  close(): void {
    // The disk stays.
  }
}

interface Tab {
  queue: Autosave;
  store: DiskStore;
}

class Storm {
  private readonly random: () => number;
  private readonly clock: HandClock;
  private readonly server = new SmallServer();
  private readonly network: Network;
  private readonly disk = new Disk();
  /** Every edit ever made: question/seq → the answer and the words beside it. */
  private readonly edits = new Map<string, string>();
  /** Edits of a page that was closed before: nobody promised anything. */
  private readonly tooLate = new Set<string>();
  private tabs: Tab[] = [];
  private lastTab = 0;
  private lastLease = 1;
  private crashed = false;
  private typed = 0;
  private failure: Error | null = null;
  private readonly latest = new Map<number, string>();

  constructor(
    private readonly queueClass: Queue,
    private readonly seed: number,
  ) {
    this.random = seeded(seed);
    this.clock = new HandClock(this.random, settlePromises);
    this.network = new Network(this.server, this.clock, () => this.weather());
    this.server.open = seed % 2 === 0 ? [...FIRST, ...SECOND] : FIRST;
  }

  async run(): Promise<void> {
    await this.openTab();
    for (let step = 0; step < STEPS; step += 1) {
      await this.step();
      this.checkNothingIsCalledSavedTooEarly();
      if (this.failure) throw this.failure;
    }
    await this.heal();
    this.checkNothingIsLost();
    if (this.failure) throw this.failure;
  }

  private weather(): Weather {
    const kinds: Weather[] = ["fine", "fine", "fine", "lost", "answer_lost", "twice", "overtaken"];
    return kinds[Math.floor(this.random() * kinds.length)] ?? "fine";
  }

  private get writer(): Tab {
    const tab = this.tabs.at(-1);
    if (!tab) throw new Error("no tab");
    return tab;
  }

  private async step(): Promise<void> {
    const dice = this.random();
    if (dice < 0.55) this.edit();
    else if (dice < 0.6) this.writer.queue.flush();
    else if (dice < 0.63) this.writer.queue.farewell();
    else if (dice < 0.67) this.network.deliverLate(this.random);
    else if (dice < 0.7) await this.crash();
    else if (dice < 0.73) await this.openTab();
    else if (dice < 0.76) this.clock.time -= 3_000; // the device's clock was corrected
    else if (dice < 0.8) this.pauseOrResume();
    else if (dice < 0.84) this.turn();
    else await this.clock.pass(Math.floor(this.random() * 6_000));
    if (this.random() < 0.5) await settlePromises();
    this.lookAgain();
  }

  private edit(): void {
    const { queue } = this.writer;
    if (queue.status().gate === "moved") return;
    const page = [...FIRST, ...SECOND].filter((id) => queue.ledger.isOpen(id));
    const question = page[Math.floor(this.random() * page.length)] ?? 0;
    this.typed += 1;
    const before = queue.ledger.get(question);
    const isOfText = this.random() < 0.4;
    const value = isOfText ? (before?.value ?? null) : `${question}: edit ${this.typed}`;
    const text = isOfText ? `${question}: words ${this.typed}` : undefined;
    queue.edit(question, value, this.random() < 0.5 ? "typing" : "done", text);
    const given = said({ value, text: text ?? before?.text ?? null });
    if (this.server.isOpen(question)) this.latest.set(question, given);
    this.note(queue, question);
    const entry = queue.ledger.get(question);
    if (!entry || said(entry) !== given) this.broken("not recorded as given", given);
  }

  /** Go on to the next page, as the room does: all saved, then the digest; the reply may get lost. */
  private turn(): void {
    const { queue } = this.writer;
    if (this.server.open !== FIRST || queue.status().gate !== "open" || !this.isEverythingThere()) return;
    const missing = this.server.turn(1, queue.ledger.digest(), SECOND);
    if (missing.length > 0) this.broken("a page with everything saved cannot be closed", missing);
    if (this.random() < 0.5) queue.meetServer(this.server.snapshot(), this.server.open ?? []);
  }

  private isEverythingThere(): boolean {
    const isQuiet = this.tabs.every(({ queue }) => queue.status().waiting + queue.status().held === 0);
    return isQuiet && [...this.disk.rows.values()].every(({ question, seq }) => (this.server.answers.get(question)?.seq ?? 0) >= seq);
  }

  /** What the room does when it hears that its page is closed. */
  private lookAgain(): void {
    for (const { queue } of this.tabs) {
      const isBehind = queue.ledger.all().some((entry) => entry.code === "page_closed" && queue.ledger.isOpen(entry.question));
      if (isBehind) queue.meetServer(this.server.snapshot(), this.server.open ?? []);
    }
  }

  private note(queue: Autosave, question: number): void {
    const entry = queue.ledger.get(question);
    if (!entry) return;
    const key = `${question}/${entry.seq}`;
    const known = this.edits.get(key);
    if (known !== undefined && known !== said(entry)) this.broken("a number was given twice", key);
    if (known === undefined && !this.server.isOpen(question)) this.tooLate.add(key);
    this.edits.set(key, said(entry));
  }

  /** The browser dies: writes on the way to the disk are lost, and everything in memory. */
  private async crash(): Promise<void> {
    this.crashed = true;
    for (const { queue, store } of this.tabs) {
      store.dead = true;
      queue.close();
    }
    this.tabs = [];
    await this.openTab();
  }

  /** A new tab takes the lease, as the page does: device, then server, then open. */
  private async openTab(): Promise<void> {
    this.lastTab += 1;
    this.lastLease += 1;
    const store = new DiskStore(this.disk, this.lastTab, this.random);
    const queue: Autosave = new this.queueClass(
      store,
      this.network,
      this.clock,
      () => queue.meetServer(this.server.snapshot(), this.server.open ?? []),
      (question) => this.tellOthers(queue, question),
    );
    this.server.lease = `lease-${this.lastLease}`;
    const others = this.tabs;
    this.tabs = [...others, { queue, store }];
    for (const other of others) other.queue.setGate("moved");
    await queue.restore();
    queue.meetServer(this.server.snapshot(), this.server.open ?? []);
    queue.open(this.server.lease);
  }

  private tellOthers(from: Autosave, question: number): void {
    this.note(from, question);
    for (const { queue } of this.tabs) {
      if (queue !== from) void queue.adoptFromStore(question);
    }
  }

  private pauseOrResume(): void {
    const paused = this.server.state === "paused";
    this.server.state = paused ? "running" : "paused";
    if (paused) this.writer.queue.open(this.server.lease);
  }

  private async heal(): Promise<void> {
    this.network.weather = () => "fine";
    this.server.state = "running";
    await settlePromises();
    this.checkEachLatestEditIsOnTheDevice();
    const { queue } = this.writer;
    if (queue.status().gate === "paused") queue.open(this.server.lease);
    await this.clock.pass(30_000);
    this.network.deliverLate(() => 1);
    if (queue.status().waiting > 0) this.broken("answers wait for ever", queue.status().waiting);
    if (!this.crashed) this.checkLatest();
    await this.crash();
    await this.clock.pass(30_000);
    this.checkNoClosedPageStays();
  }

  private checkNothingIsCalledSavedTooEarly(): void {
    for (const { queue } of this.tabs) for (const entry of queue.ledger.all()) this.checkWord(entry);
  }

  private checkWord(entry: Entry): void {
    const held = this.server.answers.get(entry.question);
    const seq = held?.seq ?? 0;
    if (entry.progress === "saved" && seq < entry.seq) this.broken("called saved, not held", entry.question);
    if (entry.progress === "saved" && held && seq === entry.seq && said(held) !== said(entry)) {
      this.broken("shown otherwise than held", entry.question);
    }
    if (entry.code === "page_closed" && seq >= entry.seq) this.broken("called too late, held", entry.question);
  }

  private checkEachLatestEditIsOnTheDevice(): void {
    for (const entry of this.writer.queue.ledger.all()) {
      const kept = this.disk.rows.get(entry.question)?.seq ?? 0;
      if (entry.progress === "waiting" && kept < entry.seq) {
        this.broken("an edit at rest is not on the device", entry.question);
      }
    }
  }

  private checkLatest(): void {
    for (const [question, given] of this.latest) {
      const answer = this.server.answers.get(question);
      const held = answer && said(answer);
      if (held !== given) this.broken("the latest edit is not held", `${held} instead of ${given}`);
    }
  }

  /** The device forgets what the server has of a page that nobody can open again. */
  private checkNoClosedPageStays(): void {
    for (const { question, seq } of this.disk.rows.values()) {
      const isThere = (this.server.answers.get(question)?.seq ?? 0) >= seq;
      if (isThere && !this.server.isOpen(question)) this.broken("a closed page stays on the device", question);
    }
  }

  private checkNothingIsLost(): void {
    for (const question of [...FIRST, ...SECOND]) {
      const held = this.server.answers.get(question);
      const onDisk = this.disk.rows.get(question)?.seq ?? 0;
      const kept = this.tooLate.has(`${question}/${onDisk}`) ? 0 : onDisk;
      const acknowledged = this.server.acknowledged.get(question) ?? 0;
      const promised = Math.max(kept, acknowledged);
      if ((held?.seq ?? 0) < promised) this.broken("an answer is lost", question);
      if (!held) continue;
      const given = this.edits.get(`${question}/${held.seq}`);
      if (given !== said(held)) this.broken("not what was given", `${said(held)} for ${given}`);
    }
  }

  private broken(promise: string, detail: unknown): void {
    this.failure ??= new Error(`seed ${this.seed}: ${promise}: ${String(detail)}`);
  }
}

/** An answer with the words beside it, to compare. */
function said({ value, text = null }: Pick<ServerAnswer, "value" | "text">): string {
  return JSON.stringify([value, text]);
}

/** Run one storm; rejects with the promise that broke. */
export function storm(queueClass: Queue, seed: number): Promise<void> {
  return new Storm(queueClass, seed).run();
}

