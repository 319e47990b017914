/**
 * What cannot be taken back: going on to the next page, and handing in.
 *
 * Both are one confirmation by the server (`confirmed.ts`); here is what each answer means for the
 * room. One of them runs at a time; a confirmation that comes after it was called off still counts.
 */
import type { AttemptApi, Snapshot } from "../attempt_api";
import type { Autosave, Surroundings } from "../autosave";
import { tallyOf } from "../cells";
import type { Action, RoomState } from "../player";
import type { Receipt } from "../wire";
import { Confirmed, type End } from "./confirmed";

export interface ClosingPorts {
  api: Pick<AttemptApi, "advance" | "submit">;
  surroundings: Surroundings;
  autosave(): Autosave;
  lease(): string;
  isSending(): boolean;
  state(): RoomState;
  dispatch(action: Action): void;
  /** The server handed out the next page. */
  onPage(snapshot: Snapshot): void;
  onReceipt(receipt: Receipt): Promise<void>;
  askAgain(): Promise<void>;
}

export class Closing {
  private running: Confirmed<unknown> | null = null;

  constructor(private readonly ports: ClosingPorts) {}

  /** Close the open page for good and go on; what is required and empty stops it at once. */
  async turn(): Promise<void> {
    const { api, state, dispatch } = this.ports;
    if (this.running) return;
    dispatch({ type: "turning" });
    if (tallyOf(state()).required.length > 0) return dispatch({ type: "failed", code: "answers_required" });
    const { number } = state().page;
    const end = await this.confirm((lease, digest) => api.advance(lease, number, digest));
    if (end?.kind === "done") this.ports.onPage(end.reply);
    else if (end?.code === "last_page") dispatch({ type: "was_last" });
    else if (end) await this.refused(end.code);
  }

  async submit(): Promise<void> {
    if (this.running) return;
    this.ports.dispatch({ type: "handing_in" });
    const end = await this.confirm((lease, digest) => this.ports.api.submit(lease, digest));
    if (end?.kind === "done") await this.ports.onReceipt(end.reply);
    else if (end) await this.refused(end.code);
  }

  /** Back to the questions. */
  cancel(): void {
    this.stop();
    this.ports.dispatch({ type: "failed", code: "" });
  }

  stop(): void {
    this.running?.stop();
    this.running = null;
  }

  private async confirm<Reply>(ask: (lease: string, digest: Record<string, number>) => Promise<Reply>): Promise<End<Reply> | null> {
    const { surroundings, autosave, lease, isSending } = this.ports;
    const confirmed = new Confirmed(autosave(), ask, surroundings, lease, isSending);
    this.running = confirmed;
    const end = await confirmed.run();
    if (this.running === confirmed) this.running = null; // One that was called off may have a successor.
    return end;
  }

  private async refused(code: string): Promise<void> {
    if (code === "attempt_ended") await this.ports.askAgain();
    else if (code === "lease_lost") this.ports.autosave().setGate("moved");
    // A pause has a screen of its own; after it the candidate presses again.
    this.ports.dispatch({ type: "failed", code: code === "paused" ? "" : code });
  }
}
