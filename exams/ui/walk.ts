/** An author's walk through an exam: which page is open, what was answered, how to go on and back. */
import { post } from "$web/api";
import type { AnswerValue, Question } from "./paper";

export interface Stop {
  questions: Question[];
  closed: number;
  trail: string[];
  /** What came of it; empty before the end. */
  end: string[];
}

export interface WalkView {
  stop: Stop | null;
  answers: Record<number, AnswerValue>;
  failed: boolean;
}

type Ask = (body: { seed: string; closed: number; answers: Record<number, AnswerValue> }) => Promise<Stop>;

export class Walk {
  view: WalkView = { stop: null, answers: {}, failed: false };

  constructor(
    private readonly seed: string,
    url: string,
    private readonly show: (view: WalkView) => void,
    private readonly ask: Ask = (body) => post<Stop>(url, body, { idempotent: true }),
  ) {}

  start(): Promise<void> {
    this.#change({ answers: {} });
    return this.#go(0);
  }

  answer(question: number, value: AnswerValue): void {
    this.#change({ answers: { ...this.view.answers, [question]: value } });
  }

  onward(): Promise<void> {
    return this.#go((this.view.stop?.closed ?? 0) + 1);
  }

  /** Back to the page before; only an author can, candidates go forward. */
  back(): Promise<void> {
    return this.#go(Math.max(0, (this.view.stop?.closed ?? 0) - 1));
  }

  async #go(closed: number): Promise<void> {
    try {
      const stop = await this.ask({ seed: this.seed, closed, answers: this.view.answers });
      this.#change({ stop, failed: false });
    } catch {
      this.#change({ failed: true });
    }
  }

  #change(change: Partial<WalkView>): void {
    this.view = { ...this.view, ...change };
    this.show(this.view);
  }
}
