/**
 * Server-true time on a monotonic base: the device's wall clock may be wrong or be turned.
 *
 * A reading of the server's time is worth what its round trip was short: the midpoint of the
 * fastest recent exchange wins, so that one slow answer does not make the timer jump.
 */

const READINGS_KEPT = 8;
const READING_LIFE_MS = 10 * 60_000;
/** A reading this far from what we believed is a real change of clock (a device that slept). */
const JUMP_MS = 5_000;

interface Reading {
  offset: number;
  tripMs: number;
  at: number;
}

export type Monotonic = () => number;

export class ServerClock {
  private readings: Reading[] = [];
  private offset: number;

  /**
   * @param firstServerMs server time when the page was made; only a start, the first sync wins
   * @param monotonic milliseconds that never go back
   */
  constructor(
    firstServerMs: number,
    private readonly monotonic: Monotonic = () => performance.now(),
  ) {
    this.offset = firstServerMs - monotonic();
  }

  /** Server time now, in milliseconds since the epoch. */
  now(): number {
    return this.monotonic() + this.offset;
  }

  /** Start anew from the time by the device's copy; the next sync wins. */
  believe(serverMs: number): void {
    this.offset = serverMs - this.monotonic();
    this.readings = [];
  }

  /** Monotonic mark to hand back to `sync` when the answer has come. */
  mark(): number {
    return this.monotonic();
  }

  /** Learn from an exchange begun at `sentAt` (a mark) whose answer carries `serverMs`. */
  sync(serverMs: number, sentAt: number): void {
    const receivedAt = this.monotonic();
    const tripMs = Math.max(0, receivedAt - sentAt);
    const offset = serverMs - (sentAt + tripMs / 2);
    const reading = { offset, tripMs, at: receivedAt };
    const jumped = Math.abs(offset - this.offset) > JUMP_MS + tripMs / 2;
    const recent = jumped
      ? []
      : this.readings.filter((known) => receivedAt - known.at < READING_LIFE_MS);
    this.readings = [...recent, reading].slice(-READINGS_KEPT);
    this.offset = this.readings.reduce((best, one) => (one.tripMs < best.tripMs ? one : best)).offset;
  }

  /** Whole seconds until `deadlineMs`, rounded up, never below zero; null without a deadline. */
  secondsUntil(deadlineMs: number | null): number | null {
    if (deadlineMs === null) return null;
    return Math.max(0, Math.ceil((deadlineMs - this.now()) / 1000));
  }
}

export interface Countdown {
  hours: number;
  minutes: number;
  seconds: number;
}

/** Seconds as hours, minutes and seconds. */
export function split(seconds: number): Countdown {
  return {
    hours: Math.floor(seconds / 3600),
    minutes: Math.floor((seconds % 3600) / 60),
    seconds: seconds % 60,
  };
}

/** Digits as on a clock, `1:05:09` or `48:12`; `digits` writes a number with at least n digits. */
export function face(seconds: number, digits: (value: number, atLeast: number) => string): string {
  const { hours, minutes, seconds: rest } = split(seconds);
  if (hours > 0) return `${digits(hours, 1)}:${digits(minutes, 2)}:${digits(rest, 2)}`;
  return `${digits(minutes, 1)}:${digits(rest, 2)}`;
}

/** Minutes left at which the candidate is told, once each. */
export const ANNOUNCED_MINUTES = [30, 15, 5, 1] as const;

/**
 * The announcement due when the time left goes from `before` to `after` seconds, else null.
 *
 * Of several thresholds passed at once (the page was frozen) only the last one is told; more time
 * given arms them again by itself, because only the crossing counts.
 */
export function announcementDue(before: number | null, after: number | null): number | null {
  if (before === null || after === null || after === 0) return null;
  const crossed = ANNOUNCED_MINUTES.filter((limit) => before > limit * 60 && after <= limit * 60);
  return crossed.at(-1) ?? null;
}
