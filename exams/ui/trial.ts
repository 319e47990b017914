/** A question tried out while it is written: asks the server after each pause, the newest answer wins. */
import { fragment } from "$web/api";
import type { AnswerValue, Question } from "./paper";

export interface Said {
  tone: string;
  text: string;
}

export interface Finding {
  id: string;
  label: string;
  text: string;
}

export interface Trial {
  question: Question | null;
  verdict: Said[];
  findings: Finding[];
}

const PAUSE_MS = 400;

export class Trials {
  #timer: ReturnType<typeof setTimeout> | undefined;
  #number = 0;

  constructor(
    private readonly form: HTMLFormElement,
    private readonly show: (trial: Trial) => void,
    private readonly fail: (error: unknown) => void,
    private readonly ask: (url: string, body: FormData) => Promise<string> = fragment,
  ) {}

  /** Ask once nothing has been typed for a moment. */
  soon(answer?: AnswerValue): void {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => void this.now(answer), PAUSE_MS);
  }

  /** Ask at once; `answer` undefined asks for the drawing only. */
  async now(answer?: AnswerValue): Promise<void> {
    clearTimeout(this.#timer);
    this.#number += 1;
    const number = this.#number;
    const body = new FormData(this.form);
    body.set("trial", "1");
    if (answer !== undefined) body.set("answer", JSON.stringify(answer));
    try {
      const trial = JSON.parse(await this.ask(this.form.action, body)) as Trial;
      if (number === this.#number) this.show(trial);
    } catch (error) {
      if (number === this.#number) this.fail(error);
    }
  }

  stop(): void {
    clearTimeout(this.#timer);
    this.#number += 1;
  }
}
