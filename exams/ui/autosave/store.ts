/** The port to a device's memory of answers, and the one that lasts only as long as the page. */
import type { KeptAnswer, Numbered } from "./ledger";

/** Where the candidate was: which question was open, which are marked. */
export interface View {
  current: number;
  marked: number[];
}

export interface Kept {
  answers: KeptAnswer[];
  view: View | null;
  /** Records that could not be opened again: damaged, or their key is gone. */
  unreadable: number;
}

/** `kept: false` tells the sequence number another tab already used for this question. */
export type KeepOutcome = { kept: true } | { kept: false; seq: number };

export interface AnswerStore {
  /** Whether what is kept here outlives the page. */
  readonly durable: boolean;
  load(): Promise<Kept>;
  read(question: number): Promise<KeptAnswer | null>;
  keep(answer: KeptAnswer): Promise<KeepOutcome>;
  keepView(view: View): Promise<void>;
  /** Forget these edits, not newer ones of the same questions: the server has them for good. */
  forget(edits: Numbered[]): Promise<void>;
  /** Forget everything of this attempt; only after the server confirmed the hand-in. */
  wipe(): Promise<void>;
  close(): void;
}

export class MemoryStore implements AnswerStore {
  readonly durable = false;
  private readonly answers = new Map<number, KeptAnswer>();
  private view: View | null = null;

  load(): Promise<Kept> {
    return Promise.resolve({ answers: [...this.answers.values()], view: this.view, unreadable: 0 });
  }

  read(question: number): Promise<KeptAnswer | null> {
    return Promise.resolve(this.answers.get(question) ?? null);
  }

  keep(answer: KeptAnswer): Promise<KeepOutcome> {
    this.answers.set(answer.question, answer);
    return Promise.resolve({ kept: true });
  }

  keepView(view: View): Promise<void> {
    this.view = view;
    return Promise.resolve();
  }

  forget(edits: Numbered[]): Promise<void> {
    for (const { question, seq } of edits) {
      if ((this.answers.get(question)?.seq ?? Infinity) <= seq) this.answers.delete(question);
    }
    return Promise.resolve();
  }

  wipe(): Promise<void> {
    this.answers.clear();
    this.view = null;
    return Promise.resolve();
  }

  close(): void {
    // Nothing is open.
  }
}
