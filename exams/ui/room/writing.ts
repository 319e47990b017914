/** What the candidate enters: an answer with the words beside it, while there is something to write on. */
import type { Autosave } from "../autosave";
import { Beside } from "../beside";
import type { AnswerValue } from "../paper";
import type { RoomState } from "../player";

export type Pace = "typing" | "done";

export interface WritingPorts {
  autosave(): Autosave;
  state(): RoomState;
  isTimeUp(): boolean;
}

export class Writing {
  private readonly beside = new Beside();

  constructor(private readonly ports: WritingPorts) {}

  answer(id: number, value: AnswerValue, pace: Pace): void {
    const { questions, answers } = this.ports.state();
    const question = questions.find((one) => one.id === id);
    if (!question || !this.isAllowed()) return;
    this.ports.autosave().edit(id, value, pace, this.beside.withValue(question, value, answers[id]?.text ?? null));
  }

  /** The words beside an answer. */
  write(id: number, text: string, pace: Pace): void {
    if (!this.isAllowed()) return;
    const { answers } = this.ports.state();
    this.ports.autosave().edit(id, answers[id]?.value ?? null, pace, this.beside.typed(id, text));
  }

  private isAllowed(): boolean {
    const { attempt, queue } = this.ports.state();
    return attempt === "running" && queue.gate !== "moved" && !this.ports.isTimeUp();
  }
}
