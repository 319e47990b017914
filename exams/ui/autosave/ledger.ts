/**
 * What this tab knows of each answer: its latest value, and whether the server has it (pure).
 *
 * A sequence number is the server's time in milliseconds, raised where that would not grow, times
 * 1024, plus the tab's own mark. So the later of two edits wins even when they were made on two
 * devices, no two tabs give the same number, and a replayed or overtaken request never wins: the
 * server keeps the highest number it has seen per question.
 */
import type { AnswerValue, ServerAnswer } from "../paper";

export interface KeptAnswer {
  question: number;
  seq: number;
  value: AnswerValue;
  /** The words beside the answer, where the question asks for them. */
  text: string | null;
  /** Server-corrected milliseconds at which the candidate gave it. */
  clientAt: number;
}

/** One edit of a question. */
export type Numbered = Pick<KeptAnswer, "question" | "seq">;

/**
 * waiting: not with the server yet · saved: it acknowledged exactly this one · held: it came too
 * late, the server keeps it for a person's decision · refused: it said no.
 */
export type Progress = "waiting" | "saved" | "held" | "refused";

export interface Entry extends KeptAnswer {
  progress: Progress;
  /** Stable code of the refusal; empty unless held or refused. */
  code: string;
  /** Server time of the acknowledgement. */
  savedAt: number | null;
  /** Whether the durable store of this device holds it. */
  onDevice: boolean;
}

/** How many tabs can be told apart in one millisecond; numbers stay exact until the year 2248. */
export const TAB_MARKS = 1024;

export class Ledger {
  private readonly entries = new Map<number, Entry>();
  private lastSeq = 0;
  /** The questions of the open page; null before the first one is known. */
  private page: Set<number> | null = null;
  /** Of closed pages and with the server: this device need not keep them any longer. */
  private gone: Numbered[] = [];

  /** @param mark the tab's own number below TAB_MARKS, drawn at random when the page opens */
  constructor(private readonly mark = 0) {}

  get(question: number): Entry | undefined {
    return this.entries.get(question);
  }

  all(): Entry[] {
    return [...this.entries.values()];
  }

  waiting(): Entry[] {
    return this.all()
      .filter((entry) => entry.progress === "waiting")
      .sort((one, other) => one.seq - other.seq);
  }

  /**
   * Record what the candidate gave and return it with its new sequence number.
   *
   * @param text the words beside it; left out, they stay as they are
   */
  edit(question: number, value: AnswerValue, nowMs: number, text = this.entries.get(question)?.text ?? null): Entry {
    const seq = this.nextSeq(nowMs);
    return this.put({ question, seq, value, text, clientAt: Math.floor(nowMs) });
  }

  /**
   * From now on these questions can be answered; before them no others could.
   *
   * What the server has of other pages is let go. What it does not have stays, to be sent: only the
   * server knows what becomes of it.
   */
  turnTo(questions: Iterable<number>): void {
    const page = new Set(questions);
    this.page = page;
    for (const { question, progress } of this.all()) {
      if (progress === "saved" && !page.has(question)) this.letGo(question);
    }
  }

  /** What was let go since the last call. */
  takeGone(): Numbered[] {
    const gone = this.gone;
    this.gone = [];
    return gone;
  }

  private letGo(question: number): void {
    const entry = this.entries.get(question);
    if (entry) this.gone.push({ question, seq: entry.seq });
    this.entries.delete(question);
  }

  /** Whether the question is on the open page. */
  isOpen(question: number): boolean {
    return this.page?.has(question) ?? true;
  }

  /** Give an edit a higher number: another tab of this device used the same one. */
  renumber(question: number, above: number, nowMs: number): Entry | undefined {
    const entry = this.entries.get(question);
    this.raise(above);
    return entry && this.put({ ...entry, seq: this.nextSeq(nowMs) });
  }

  /** Take over what this device kept; returns whether it was news. */
  adopt(kept: KeptAnswer, onDevice = true): boolean {
    this.raise(kept.seq);
    const known = this.entries.get(kept.question);
    if (known && known.seq >= kept.seq) return false;
    this.put(kept).onDevice = onDevice;
    return true;
  }

  /**
   * Take over the server's snapshot: the higher number wins, an equal one is an acknowledgement,
   * and what we believed saved but the server does not show goes out again.
   */
  meetServer(answers: Record<string, ServerAnswer>): void {
    const believed = this.all().filter((entry) => entry.progress === "saved");
    this.reopen(
      believed
        .filter((entry) => (answers[entry.question]?.seq ?? -1) < entry.seq)
        .map((entry) => entry.question),
    );
    for (const [id, answer] of Object.entries(answers)) {
      const question = Number(id);
      const savedAt = answer.saved_at;
      this.raise(answer.seq);
      const known = this.entries.get(question);
      if (known && known.seq > answer.seq) continue;
      const clientAt = known?.seq === answer.seq ? known.clientAt : savedAt;
      const entry = this.put({ question, seq: answer.seq, value: answer.value, text: answer.text ?? null, clientAt });
      Object.assign(entry, { progress: "saved", savedAt, onDevice: known?.onDevice ?? false });
    }
  }

  /**
   * The server says it holds `seq` for `question`.
   *
   * Returns false when it holds a newer one than ours (another device wrote it): ours is out of
   * the race and the caller must fetch the other. An acknowledgement of an older edit than our
   * latest changes nothing.
   */
  acknowledge(question: number, seq: number, savedAt: number): boolean {
    this.raise(seq);
    const entry = this.entries.get(question);
    if (!entry || seq > entry.seq) {
      this.refuse(question, entry?.seq ?? 0, "newer_elsewhere");
      return false;
    }
    if (seq < entry.seq) return true;
    Object.assign(entry, { progress: "saved", savedAt, code: "" });
    if (!this.isOpen(question)) this.letGo(question);
    return true;
  }

  /** The server refused edit `seq` for good; a later edit of the same question still goes out. */
  refuse(question: number, seq: number, code: string): void {
    this.end(question, seq, "refused", code);
  }

  /** Edit `seq` is no answer, but the server keeps it for a person's decision. */
  hold(question: number, seq: number, code: string): void {
    this.end(question, seq, "held", code);
  }

  private end(question: number, seq: number, progress: "held" | "refused", code: string): void {
    const entry = this.entries.get(question);
    if (entry?.seq === seq && entry.progress === "waiting") Object.assign(entry, { progress, code });
  }

  /** Send again what the server says it does not have, or what it refused at an earlier time. */
  reopen(questions: Iterable<number>): void {
    for (const question of questions) {
      const entry = this.entries.get(question);
      if (entry) Object.assign(entry, { progress: "waiting", code: "", savedAt: null });
    }
  }

  markOnDevice(question: number, seq: number): void {
    const entry = this.entries.get(question);
    if (entry?.seq === seq) entry.onDevice = true;
  }

  /**
   * Question to sequence number: what a hand-in compares, of the open page. What the server refused
   * or holds as late is not in it: a hand-in that named it could never succeed.
   */
  digest(): Record<string, number> {
    const given = this.all().filter(({ progress }) => progress === "waiting" || progress === "saved");
    const taken = given.filter(({ question }) => this.isOpen(question));
    return Object.fromEntries(taken.map((entry) => [String(entry.question), entry.seq]));
  }

  raise(seq: number): void {
    this.lastSeq = Math.max(this.lastSeq, seq);
  }

  private nextSeq(nowMs: number): number {
    const tick = Math.max(Math.floor(this.lastSeq / TAB_MARKS) + 1, Math.floor(nowMs));
    this.lastSeq = tick * TAB_MARKS + this.mark;
    return this.lastSeq;
  }

  private put(kept: KeptAnswer): Entry {
    const { question, seq, value, text, clientAt } = kept;
    const entry: Entry = {
      question,
      seq,
      value,
      text,
      clientAt,
      progress: "waiting",
      code: "",
      savedAt: null,
      onDevice: false,
    };
    this.entries.set(question, entry);
    return entry;
  }
}
