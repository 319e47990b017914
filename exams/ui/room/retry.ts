/** Tries something again and again, later and later, until it works or trying is of no use. */
import type { Surroundings } from "../autosave";
import { backOffMs } from "../autosave/batch";

export class Retry {
  private running: Promise<void> | null = null;
  private wake: (() => void) | null = null;
  private failures = 0;

  constructor(private readonly surroundings: Surroundings) {}

  get isRunning(): boolean {
    return this.running !== null;
  }

  /** Run until `work` resolves or `isFinal` says so of its failure; joins a run under way. */
  run(work: () => Promise<void>, isFinal: (failure: unknown) => Promise<boolean>): Promise<void> {
    this.running ??= this.untilDone(work, isFinal).finally(() => (this.running = null));
    return this.running;
  }

  /** The network came back, or the candidate looks: try now. */
  hurry(): void {
    this.failures = 0;
    this.wake?.();
  }

  private async untilDone(work: () => Promise<void>, isFinal: (failure: unknown) => Promise<boolean>): Promise<void> {
    for (this.failures = 0; ; ) {
      try {
        return await work();
      } catch (failure) {
        if (await isFinal(failure)) return;
      }
      this.failures += 1;
      await this.rest(backOffMs(this.failures, () => this.surroundings.random()));
    }
  }

  private rest(ms: number): Promise<void> {
    return new Promise((resolve) => {
      const timer = this.surroundings.setTimer(resolve, ms);
      this.wake = () => {
        this.surroundings.clearTimer(timer);
        resolve();
      };
    });
  }
}
