/**
 * Handing in: files and everything saved first, then the digest, until the server confirms.
 *
 * Without a connection it goes on trying: the answers are on the device, and the receipt comes when
 * the network does. Without a lease it waits for one. What the server says it lacks is sent again.
 */
import { ApiError } from "$web/api";
import type { Autosave, Gate, Surroundings } from "../autosave";
import { backOffMs } from "../autosave/batch";
import type { Receipt } from "../wire";

export interface HandInApi {
  submit(lease: string, digest: Record<string, number>): Promise<Receipt>;
}

/** How long a wait for the last saves lasts before the hand-in itself asks what is missing. */
const SETTLE_MS = 8_000;
const LOOK_MS = 100;

/** Why there is nothing to wait for when the room has no lease; other gates open by themselves. */
const CODE_OF_GATE: Partial<Record<Gate, string>> = {
  over: "attempt_ended",
  moved: "lease_lost",
  signed_out: "signed_out",
  denied: "attempt_unknown",
};

export type HandInEnd = { kind: "done"; receipt: Receipt } | { kind: "refused"; code: string };

export class HandIn {
  private stopped = false;

  constructor(
    private readonly autosave: Autosave,
    private readonly api: HandInApi,
    private readonly surroundings: Surroundings,
    private readonly lease: () => string,
    private readonly isSendingFiles: () => boolean = () => false,
  ) {}

  /** Run until the server confirms or refuses for good; after `stop` only a confirmation counts. */
  async run(): Promise<HandInEnd | null> {
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

  private async ask(): Promise<HandInEnd | null> {
    if (this.lease() === "") return this.withoutLease();
    try {
      const receipt = await this.api.submit(this.lease(), this.autosave.ledger.digest());
      return { kind: "done", receipt };
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
  private withoutLease(): HandInEnd | null {
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
