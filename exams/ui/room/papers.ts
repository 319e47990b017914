/**
 * The paper kept on the device, so that a reload without a network finds the questions again.
 *
 * One record per person and attempt, sealed with a key of its own that cannot be taken out of the
 * browser, in the database of what belongs to whoever is signed in (`$web/own`): it goes with the
 * sign-out and with the end of the exam. Unsent answers are elsewhere and stay.
 */
import { type DBSchema, type IDBPDatabase, openDB } from "idb";
import { OWN_DATABASE, claim, isOwner } from "$web/own";
import { LEASE_PREFIX, type Snapshot } from "../attempt_api";
import type { RoomState } from "../player";

export interface Paper {
  /** The last word of the server about the attempt; its answers are those it has acknowledged. */
  snapshot: Snapshot;
  /** The first characters of the lease this browser held; empty when it had none. */
  lease: string;
  /** Server time and the device's own clock in the same instant, milliseconds. */
  serverTime: number;
  deviceTime: number;
}

/** The port. */
export interface PaperShelf {
  /** The server has just confirmed who is signed in; returns whether that was known here already. */
  claim(): boolean;
  read(): Promise<Paper | null>;
  keep(paper: Paper): Promise<void>;
  forget(): Promise<void>;
}

/** A paper is of no use half a day after the deadline; a paused one half a day after the last word. */
const PAPER_LIFE_MS = 12 * 3_600_000;

interface Record {
  user: number;
  attempt: number;
  key: CryptoKey;
  iv: Uint8Array<ArrayBuffer>;
  text: ArrayBuffer;
}

interface OwnSchema extends DBSchema {
  papers: { key: [number, number]; value: Record };
}

/** What is to be kept of the room now; null unless the exam is going on and its questions are here. */
export function paperOf(state: RoomState, snapshot: Snapshot, lease: string, times: Pick<Paper, "serverTime" | "deviceTime">): Paper | null {
  const { attempt, deadline, questions, page, hold, lastCommandSeq } = state;
  if ((attempt !== "running" && attempt !== "paused") || questions.length === 0) return null;
  const saved = Object.values(state.answers).filter((entry) => entry.progress === "saved");
  const answers = saved.map(({ question, seq, value, text, savedAt }) => [question, { seq, value, text, saved_at: savedAt ?? 0 }]);
  const pause = { paused_at: hold?.since ?? null, hold_reason: hold?.reason ?? "" };
  const word: Partial<Snapshot> = { state: attempt, deadline, questions, page, ...pause, last_command_seq: lastCommandSeq };
  return { ...times, lease: lease.slice(0, LEASE_PREFIX), snapshot: { ...snapshot, ...word, answers: Object.fromEntries(answers) } };
}

/** Server time now by what was kept; never before the server's own last word, however the device's clock was turned. */
export function serverTimeBy({ serverTime, deviceTime }: Paper, deviceNow: number): number {
  return Math.max(serverTime, serverTime + deviceNow - deviceTime);
}

/** Whether the exam of a kept paper has long been over, although the server was not heard. */
export function isOutOfDate({ snapshot, serverTime }: Paper, now: number): boolean {
  return now - (snapshot.deadline ?? serverTime) > PAPER_LIFE_MS;
}

export class OwnPapers implements PaperShelf {
  constructor(
    private readonly user: number,
    private readonly attempt: number,
  ) {}

  claim(): boolean {
    return claim(String(this.user));
  }

  /** What was kept for this person and attempt; null when there is none, or it cannot be opened. */
  async read(): Promise<Paper | null> {
    if (!this.isOurs()) return null;
    try {
      return await this.withDatabase(async (database) => {
        const record = await database.get("papers", [this.user, this.attempt]);
        return record ? await this.unseal(record) : null;
      });
    } catch {
      return null; // No database, or a damaged record: the room waits for the server.
    }
  }

  /** Keep it, unless the person was signed out of this browser meanwhile, in whatever tab. */
  async keep(paper: Paper): Promise<void> {
    const record = await this.seal(paper);
    if (!this.isOurs()) return;
    await this.withDatabase(async (database) => {
      await database.put("papers", record);
      if (!this.isOurs()) await database.delete("papers", [this.user, this.attempt]); // It came between.
    });
  }

  async forget(): Promise<void> {
    if (!this.isOurs()) return;
    await this.withDatabase((database) => database.delete("papers", [this.user, this.attempt]));
  }

  private isOurs(): boolean {
    return isOwner(String(this.user));
  }

  /** Open only as long as needed, and let go when another tab removes it all. */
  private async withDatabase<T>(work: (database: IDBPDatabase<OwnSchema>) => Promise<T>): Promise<T> {
    const database = await openDB<OwnSchema>(OWN_DATABASE, 1, {
      upgrade: (db) => void db.createObjectStore("papers", { keyPath: ["user", "attempt"] }),
      blocking: (_from, _to, event) => (event.target as IDBDatabase).close(),
    });
    try {
      return await work(database);
    } finally {
      database.close();
    }
  }

  private async seal(paper: Paper): Promise<Record> {
    const { user, attempt } = this;
    const key = await crypto.subtle.generateKey({ name: "AES-GCM", length: 256 }, false, ["encrypt", "decrypt"]);
    const iv = crypto.getRandomValues(new Uint8Array(12));
    const plain = new TextEncoder().encode(JSON.stringify(paper));
    return { user, attempt, key, iv, text: await crypto.subtle.encrypt(this.rules(iv), key, plain) };
  }

  private async unseal({ key, iv, text }: Record): Promise<Paper> {
    const plain = await crypto.subtle.decrypt(this.rules(iv), key, text);
    return JSON.parse(new TextDecoder().decode(plain)) as Paper;
  }

  /** A record moved to another person or attempt does not open. */
  private rules(iv: Uint8Array<ArrayBuffer>): AesGcmParams {
    return { name: "AES-GCM", iv, additionalData: new TextEncoder().encode(`${this.user}/${this.attempt}`) };
  }
}
