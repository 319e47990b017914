/** What the candidate, or this page, tells the invigilators over the socket. */
import { ApiError } from "$web/api";
import type { Socket } from "$web/socket";
import type { Action, Incident, RoomState } from "../player";

export interface CallPorts {
  topic: string;
  socket(): Socket | null;
  now(): number;
  state(): RoomState;
  dispatch(action: Action): void;
}

/** Each call rejects when there is no connection. */
export class Calls {
  constructor(private readonly ports: CallPorts) {}

  /** Raise a hand. With the same id once more it stays one hand: a call that failed may have arrived. */
  async askForHelp(id: string, text: string): Promise<void> {
    await this.call("watch.help", { help_id: id, text });
    const request = { id, text, asked_at: this.ports.now() };
    this.ports.dispatch({ type: "help", request: { ...request, reply: "", answered_at: null, answered_by: "" } });
  }

  /** Tell the server a fact about this page, while the exam runs. */
  async report(fact: { kind: string; amount: number; at: number }): Promise<void> {
    if (this.ports.state().attempt === "running") await this.call("watch.observe", fact);
  }

  /** Explain a noted fact in the candidate's own words, which the server adds to earlier ones. */
  async explain({ id }: Incident, text: string): Promise<void> {
    const incident = await this.call<Incident>("watch.explain", { incident_id: id, text });
    this.ports.dispatch({ type: "incident", incident });
  }

  private async call<Answer>(name: string, data: object): Promise<Answer> {
    const socket = this.ports.socket();
    if (!socket || socket.endReason) throw new ApiError(0, { code: "offline" });
    return socket.call(this.ports.topic, name, data) as Promise<Answer>;
  }
}
