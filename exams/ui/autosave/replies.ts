/** What an answer of the server means for each answer that was sent to it. */
import type { KeptAnswer, Ledger } from "./ledger";

export interface Reply {
  saved: Record<string, number>;
  refused: Record<string, string>;
  /** Those of the refused that the server keeps for a person's decision. */
  held: number[];
  serverTime: number;
}

/** The tab may not write any more: another place has the lease, or the attempt has ended. */
export type Parting = "moved" | "over";

/** Of which of the questions sent the server has the answer as sent, or keeps it for a decision. */
export interface Kept {
  saved: number[];
  held: number[];
}

const CODE_OF_PARTING: Record<Parting, string> = { moved: "lease_lost", over: "attempt_ended" };
const PARTING_CODES = new Set(Object.values(CODE_OF_PARTING));

export interface Outcome {
  /** Whether the server decided about any of the answers. */
  isDecided: boolean;
  /** Whether it acknowledged one as we sent it. */
  isSaved: boolean;
  /** Whether it holds a newer answer than ours, of another device. */
  isNewerElsewhere: boolean;
}

/** Apply the reply to a save. */
export function takeReply(ledger: Ledger, sent: KeptAnswer[], reply: Reply): Outcome {
  const outcome: Outcome = { isDecided: false, isSaved: false, isNewerElsewhere: false };
  for (const { question, seq } of sent) {
    const stored = reply.saved[question];
    const code = reply.refused[question];
    if (stored !== undefined) {
      if (!ledger.acknowledge(question, stored, reply.serverTime)) outcome.isNewerElsewhere = true;
      else if (stored >= seq) outcome.isSaved = true;
    } else if (reply.held.includes(question)) ledger.hold(question, seq, code ?? "");
    else if (code !== undefined) ledger.refuse(question, seq, code);
    outcome.isDecided ||= stored === undefined ? code !== undefined : stored >= seq;
  }
  return outcome;
}

/** These answers came when the tab could not write any more: they are not sent again by themselves. */
export function part(ledger: Ledger, sent: KeptAnswer[], gate: Parting, kept: Kept, now: number): void {
  for (const { question, seq } of sent) {
    if (kept.saved.includes(question)) ledger.acknowledge(question, seq, now);
    else if (kept.held.includes(question)) ledger.hold(question, seq, CODE_OF_PARTING[gate]);
    else ledger.refuse(question, seq, CODE_OF_PARTING[gate]);
  }
}

/** This tab may write again: what it could not send as an answer goes out as one. */
export function rejoin(ledger: Ledger): void {
  const parted = ledger.all().filter((entry) => PARTING_CODES.has(entry.code));
  ledger.reopen(parted.map((entry) => entry.question));
}
