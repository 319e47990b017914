/**
 * The server's clock in the browser: offset from a steady local clock, by the best round trip.
 *
 * `performance.now()` is steady, so a student who changes the computer's clock changes nothing.
 * Only the shortest of the latest round trips counts: its error is at most half its length. The
 * steady clock may stand still while the computer sleeps; an answer that contradicts the best one
 * by more than both errors shows it, and then counts alone.
 */

/** How many round trips are remembered; old ones leave, because local clocks drift. */
const SAMPLES = 16;
const ROUNDING_MS = 2;

interface Sample {
  offsetMs: number;
  roundTripMs: number;
}

/** Whether two answers cannot both be true, milliseconds being rounded on both sides. */
function contradict(one: Sample, other: Sample): boolean {
  const errorMs = (one.roundTripMs + other.roundTripMs) / 2 + ROUNDING_MS;
  return Math.abs(one.offsetMs - other.offsetMs) > errorMs;
}

export class ServerClock {
  readonly #steadyNow: () => number;
  #samples: Sample[] = [];
  #best: Sample | undefined;

  /** `steadyNow` returns milliseconds of a clock that never jumps. */
  constructor(steadyNow: () => number = () => performance.now()) {
    this.#steadyNow = steadyNow;
  }

  /** Milliseconds of the steady local clock, for `observe`. */
  steady(): number {
    return this.#steadyNow();
  }

  /**
   * Learn from one answer of the server.
   *
   * @param sentAt - Steady time at which the question left.
   * @param serverMs - The server's time in the answer, milliseconds since the epoch.
   * @param receivedAt - Steady time at which the answer came.
   */
  observe(sentAt: number, serverMs: number, receivedAt: number = this.#steadyNow()): void {
    const roundTripMs = Math.max(0, receivedAt - sentAt);
    const sample = { offsetMs: serverMs - (sentAt + roundTripMs / 2), roundTripMs };
    if (this.#best && contradict(this.#best, sample)) this.#samples = [];
    this.#samples.push(sample);
    if (this.#samples.length > SAMPLES) this.#samples.shift();
    this.#best = this.#samples.reduce((best, next) => (next.roundTripMs <= best.roundTripMs ? next : best));
  }

  /** Milliseconds since the epoch on the server; the local clock until the first answer. */
  now(): number {
    return this.#best ? Math.round(this.#steadyNow() + this.#best.offsetMs) : Date.now();
  }

  /** Whether an answer of the server has been seen. */
  get isSet(): boolean {
    return this.#best !== undefined;
  }

  /** Shortest of the latest round trips in milliseconds; undefined before the first. */
  get roundTripMs(): number | undefined {
    return this.#best?.roundTripMs;
  }
}
