/** What a person has written but not sent, kept in this browser per person and room. */
import type { Unsent } from "$chat/room";

export interface Kept {
  draft: string;
  unsent: Unsent[];
}

const NOTHING: Kept = { draft: "", unsent: [] };

export class Drafts {
  readonly #key: string;
  readonly #storage: Storage | null;

  constructor(me: number, room: string, storage: Storage | null = safeStorage()) {
    this.#key = `chat:${me}:${room}`;
    this.#storage = storage;
  }

  /** A message that was on its way when the page was left waits for the person. */
  load(): Kept {
    try {
      const text = this.#storage?.getItem(this.#key);
      if (!text) return NOTHING;
      const kept = JSON.parse(text) as Partial<Kept>;
      const unsent = (Array.isArray(kept.unsent) ? kept.unsent : []).map(
        (one): Unsent => ({ ...one, status: "failed", code: one.code || "disconnected" }),
      );
      return { draft: typeof kept.draft === "string" ? kept.draft : "", unsent };
    } catch {
      return NOTHING; // written by something else, or the storage is closed to us
    }
  }

  save(kept: Kept): void {
    try {
      if (!kept.draft && kept.unsent.length === 0) this.#storage?.removeItem(this.#key);
      else this.#storage?.setItem(this.#key, JSON.stringify(kept));
    } catch {
      // Full or closed storage: the text is still on the screen.
    }
  }
}

function safeStorage(): Storage | null {
  try {
    return globalThis.localStorage;
  } catch {
    return null;
  }
}
