/**
 * A step that the server confirms: files and everything saved first, then the digest, until it does.
 *
 * Without a connection it goes on trying: the answers are on the device, and the confirmation comes
 * when the network does. Without a lease it waits for one. What the server says it lacks is sent again.
 */
import { ApiError } from "$web/api";
import type { Autosave, Gate, Surroundings } from "../autosave";
import { backOffMs } from "../autosave/batch";

/** How long a wait for the last saves lasts before the server itself is asked what is missing. */
const SETTLE_MS = 8_000;
const LOOK_MS = 100;

/** Why there is nothing to wait for when the room has no lease; other gates open by themselves. */
const CODE_OF_GATE: Partial<Record<Gate, string>> = {
  over: "attempt_ended",
  moved: "lease_lost",
  signed_out: "signed_out",
  denied: "attempt_unknown",
};

export type End<Reply> = { kind: "done"; reply: Reply } | { kind: "refused"; code: string };

export class Confirmed<Reply> {
  private stopped = false;

  constructor(
    private readonly autosave: Autosave,
    private readonly step: (lease: string, digest: Record<string, number>) => Promise<Reply>,
    private readonly surroundings: Surroundings,
    private readonly lease: () => string,
    private readonly isSendingFiles: () => boolean = () => false,
  ) {}

  /** Run until the server confirms or refuses for good; after `stop` only a confirmation counts. */
  async run(): Promise<End<Reply> | null> {
    while (this.isSendingFiles() && !this.stopped) await this.pause(LOOK_MS);
    for (let failures = 0; !this.stopped; failures += 1) {
      if (failures > 0) await this.pause(backOffMs(failures, () => this.surroundings.random()));
      this.autosave.retry();
      await this.settle();
      if (this.stopped) break;
      const end = await this.ask();
      if (end && (end.kind === "done" || !this.stopped)) return end;
    }
    return null;
  }

  /** The candidate goes back to the questions. */
  stop(): void {
    this.stopped = true;
  }

  private async ask(): Promise<End<Reply> | null> {
    if (this.lease() === "") return this.withoutLease();
    try {
      const reply = await this.step(this.lease(), this.autosave.ledger.digest());
      return { kind: "done", reply };
    } catch (error) {
      if (!(error instanceof ApiError) || error.isTemporary || error.status >= 500) return null;
      if (error.code === "answers_missing") {
        this.autosave.resend((error.data.missing as number[] | undefined) ?? []);
        return null;
      }
      return { kind: "refused", code: error.code };
    }
  }

  /** A page that opened without a network has no lease before the server answers. */
  private withoutLease(): End<Reply> | null {
    const code = CODE_OF_GATE[this.autosave.status().gate];
    return code ? { kind: "refused", code } : null;
  }

  private async settle(): Promise<void> {
    for (let waited = 0; waited < SETTLE_MS; waited += LOOK_MS) {
      const { waiting, gate } = this.autosave.status();
      if (waiting === 0 || gate !== "open" || this.stopped) return;
      await this.pause(LOOK_MS);
    }
  }

  private pause(ms: number): Promise<void> {
    return new Promise((resolve) => this.surroundings.setTimer(resolve, ms));
  }
}
