/** What the durable queue needs from around it, and what it tells of itself. */
import type { KeptAnswer } from "./ledger";
import type { Kept, Reply } from "./replies";

/**
 * Whether answers may go out.
 *
 * closed: no lease yet · open · signed_out: sign in again · denied: signed in as someone else ·
 * moved: another tab or device has the lease · paused: the attempt stands still · over: it ended.
 */
export type Gate = "closed" | "open" | "signed_out" | "denied" | "moved" | "paused" | "over";

export type SaveOutcome =
  | ({ kind: "answered" } & Reply)
  | { kind: "stopped"; gate: Exclude<Gate, "closed" | "open">; kept: Kept }
  /** Nobody knows whether it arrived. */
  | { kind: "unreachable"; retryAfterMs: number }
  /** The server understood and says no to the request as it is. */
  | { kind: "rejected"; code: string };

export interface Transport {
  save(lease: string, answers: KeptAnswer[], keepalive: boolean): Promise<SaveOutcome>;
}

export interface Surroundings {
  /** Server-corrected time, milliseconds. */
  now(): number;
  random(): number;
  setTimer(run: () => void, ms: number): number;
  clearTimer(timer: number): void;
}

export interface QueueStatus {
  gate: Gate;
  waiting: number;
  /** Came too late; the server keeps them for a decision. */
  held: number;
  refused: number;
  lastSavedAt: number | null;
  /** Server-corrected time since which the server cannot be reached; null while it can. */
  failingSince: number | null;
  /** Whether a reload would find the answers again. */
  durable: boolean;
  unreadable: number;
}
