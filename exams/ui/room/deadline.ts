/** The candidate's own end: known here to the second, told by the server within its grace. */
import type { Autosave } from "../autosave";
import type { RoomState } from "../player";

/** After the deadline: how often the server is asked whether the attempt has ended. */
const ASK_EVERY_MS = 5_000;

export interface DeadlinePorts {
  now(): number;
  state(): RoomState;
  autosave(): Pick<Autosave, "flush">;
  /** Ask the server how the attempt stands. */
  askAgain(): Promise<void>;
}

export class Deadline {
  private askedAt = 0;

  constructor(private readonly ports: DeadlinePorts) {}

  get isOver(): boolean {
    const { deadline } = this.ports.state();
    return deadline !== null && this.ports.now() >= deadline;
  }

  /** Call every second: at the deadline what waits goes out, then the server is asked how it ended. */
  tick(): void {
    if (!["running", "paused"].includes(this.ports.state().attempt) || !this.isOver) return;
    this.ports.autosave().flush();
    const now = this.ports.now();
    if (now - this.askedAt < ASK_EVERY_MS) return;
    this.askedAt = now;
    void this.ports.askAgain();
  }
}
