/** Which waiting answers travel together, and how long to wait after a failure (pure). */
import type { KeptAnswer } from "./ledger";

export const BATCH_ANSWERS = 20;
export const BATCH_BYTES = 200_000;
/** Browsers cap the bodies of all keepalive requests of a page at 64 KiB together. */
export const KEEPALIVE_BYTES = 60_000;

const FIRST_DELAY_MS = 500;
const LONGEST_DELAY_MS = 15_000;

const sizeOf = (answer: KeptAnswer): number =>
  new TextEncoder().encode(JSON.stringify([answer.value, answer.text])).length + 100;

/** The first answers of `waiting` that fit one request; a lone oversized answer still goes. */
export function nextBatch<A extends KeptAnswer>(waiting: A[], limitBytes = BATCH_BYTES): A[] {
  const batch: A[] = [];
  let bytes = 0;
  for (const answer of waiting) {
    bytes += sizeOf(answer);
    if (batch.length === BATCH_ANSWERS || (batch.length > 0 && bytes > limitBytes)) break;
    batch.push(answer);
  }
  return batch;
}

/** What may be sent while the page goes away: batches within the browser's keepalive budget. */
export function farewellBatches<A extends KeptAnswer>(waiting: A[]): A[][] {
  const batches: A[][] = [];
  let budget = KEEPALIVE_BYTES;
  let batch: A[] = [];
  for (const answer of waiting) {
    const bytes = sizeOf(answer);
    if (bytes > budget) continue;
    budget -= bytes;
    batch.push(answer);
    if (batch.length === BATCH_ANSWERS) {
      batches.push(batch);
      batch = [];
    }
  }
  return batch.length > 0 ? [...batches, batch] : batches;
}

/**
 * Milliseconds to wait before try number `failures` + 1: doubling, half of it random, so that an
 * exam hall that lost its network together does not come back together.
 *
 * @param askedMs what the server asked for (Retry-After), a lower bound
 */
export function backOffMs(failures: number, random: () => number, askedMs = 0): number {
  const ceiling = Math.min(LONGEST_DELAY_MS, FIRST_DELAY_MS * 2 ** Math.max(0, failures - 1));
  return Math.max(askedMs, 0) + ceiling / 2 + (ceiling / 2) * random();
}
