/** The candidate's HTTP calls, typed; refusals become words the queue and the room understand. */
import { ApiError, get, post } from "$web/api";
import type { Gate, SaveOutcome, Transport } from "./autosave";
import type { KeptAnswer } from "./autosave/ledger";
import type { ServerClock } from "./clock";
import type { ServerAnswer } from "./paper";
import type { AdvancePage, AttemptSnapshot, AttemptState, Leased, Receipt, SaveAnswers, SaveReply, StartAttempt, SubmitAttempt, TakeLease } from "./wire";

/** The server's snapshot; its answers are values that this front end has sent. */
export type Snapshot = Omit<AttemptSnapshot, "answers"> & { answers: Record<string, ServerAnswer> };

/** How much of a lease the server tells those who do not hold it. */
export const LEASE_PREFIX = 8;

/** How an attempt's state gates saving; a state not named here leaves the gate open. */
export const GATE_OF_STATE: Partial<Record<AttemptState, Exclude<Gate, "closed" | "open">>> = {
  paused: "paused",
  submitted: "over",
  expired: "over",
  terminated: "over",
  absent: "over",
};

const GATE_OF_CODE: Record<string, Exclude<Gate, "closed" | "open">> = {
  lease_lost: "moved",
  paused: "paused",
  attempt_ended: "over",
};

export class AttemptApi {
  constructor(private readonly attempt: number) {}

  /** @param tries how often to ask; fewer when the device's copy can stand in at once */
  snapshot(tries?: number): Promise<Snapshot> {
    return get<Snapshot>(this.url(), tries === undefined ? {} : { tries });
  }

  /** Become the one tab that writes; `connection` is this tab's own socket, to be spared. */
  async takeLease(device: string, connection?: string): Promise<string> {
    const body: TakeLease = connection ? { device, connection } : { device };
    const reply = await post<Leased>(this.url("lease"), body, { idempotent: true });
    return reply.lease;
  }

  start(lease: string): Promise<Snapshot> {
    const body: StartAttempt = { lease };
    return post<Snapshot>(this.url("start"), body, { idempotent: true });
  }

  /** Close page `page` for good; the snapshot of the next one, also when it was closed before. */
  advance(lease: string, page: number, digest: Record<string, number>): Promise<Snapshot> {
    const body: AdvancePage = { lease, page, digest };
    return post<Snapshot>(this.url("advance"), body, { idempotent: true });
  }

  submit(lease: string, digest: Record<string, number>): Promise<Receipt> {
    const body: SubmitAttempt = { lease, digest };
    return post<Receipt>(this.url("submit"), body, { idempotent: true });
  }

  save(lease: string, answers: KeptAnswer[], keepalive: boolean): Promise<SaveReply> {
    const body: SaveAnswers = {
      lease,
      answers: answers.map(({ question, seq, value, text, clientAt }) => ({
        question,
        seq,
        value,
        text,
        client_at: clientAt,
      })),
    };
    return post<SaveReply>(this.url("answers"), body, { keepalive });
  }

  private url(part = ""): string {
    return `/api/attempts/${this.attempt}${part && `/${part}`}`;
  }
}

/** The queue's way to the server. `onReply` sees each answer before the queue does. */
export class HttpTransport implements Transport {
  constructor(
    private readonly api: AttemptApi,
    private readonly clock: ServerClock,
    private readonly onReply: (reply: SaveReply) => void,
  ) {}

  async save(lease: string, answers: KeptAnswer[], keepalive: boolean): Promise<SaveOutcome> {
    try {
      const sentAt = this.clock.mark();
      const reply = await this.api.save(lease, answers, keepalive);
      if (!isReply(reply)) return { kind: "unreachable", retryAfterMs: 0 };
      this.clock.sync(reply.server_time, sentAt);
      this.onReply(reply);
      const { saved, refused, held, server_time: serverTime } = reply;
      return { kind: "answered", saved, refused, held, serverTime };
    } catch (error) {
      return outcomeOf(error);
    }
  }
}

/** What a failed call means for the queue; anything not understood is tried again. */
export function outcomeOf(error: unknown): SaveOutcome {
  if (!(error instanceof ApiError)) return { kind: "unreachable", retryAfterMs: 0 };
  const gate = GATE_OF_CODE[error.code];
  const kept = { saved: idsOf(error.data.saved), held: idsOf(error.data.held) };
  if (gate) return { kind: "stopped", gate, kept };
  if (error.isSignedOut) return { kind: "stopped", gate: "signed_out", kept };
  if ([403, 404].includes(error.status)) return { kind: "stopped", gate: "denied", kept };
  if ([400, 413, 422].includes(error.status)) return { kind: "rejected", code: error.code };
  return { kind: "unreachable", retryAfterMs: error.retryAfterMs ?? 0 };
}

const idsOf = (given: unknown): number[] => (Array.isArray(given) ? (given as number[]) : []);

/** A login page or a proxy's page with status 200 is not an acknowledgement. */
function isReply(reply: unknown): reply is SaveReply {
  return typeof reply === "object" && reply !== null && ["saved", "refused", "held"].every((part) => part in reply);
}
