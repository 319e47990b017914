/** Commands of invigilators: each is confirmed as delivered at once, and as applied when it is. */
import type { Command } from "../player";

export interface CallPort {
  call(topic: string, name: string, data: object): Promise<unknown>;
}

/** Commands that the candidate applies by hand, with "seen". */
const BY_HAND = new Set(["message", "extend"]);

export class Orders {
  private readonly applied = new Set<string>();

  constructor(
    private readonly socket: () => CallPort | null,
    private readonly topic: string,
  ) {}

  /** A command came, perhaps again because our word got lost. */
  take(command: Command): void {
    if (this.applied.has(command.id)) this.say(command.id, "applied");
    else if (BY_HAND.has(command.kind)) this.say(command.id, "delivered");
    else this.apply(command.id);
  }

  apply(id: string): void {
    this.applied.add(id);
    this.say(id, "applied");
  }

  private say(id: string, outcome: "delivered" | "applied"): void {
    // Not repeated here: the server sends an unconfirmed command again, and then we answer again.
    this.socket()?.call(this.topic, "watch.ack", { command_id: id, outcome }).catch(() => {});
  }
}
