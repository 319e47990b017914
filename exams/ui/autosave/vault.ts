/**
 * Answers kept in IndexedDB, sealed with a key that never leaves the browser.
 *
 * Each attempt has its own AES-GCM key, made non-extractable and stored beside its records: other
 * people at a shared computer, and a copied profile folder, do not read answers by looking. The
 * question and the sequence number are bound into the seal, so records cannot be exchanged.
 */
import { type DBSchema, type IDBPDatabase, openDB } from "idb";
import type { KeptAnswer, Numbered } from "./ledger";
import type { AnswerStore, KeepOutcome, Kept, View } from "./store";

interface Sealed {
  attempt: number;
  question: number;
  seq: number;
  tab: string;
  iv: Uint8Array<ArrayBuffer>;
  text: ArrayBuffer;
}

interface VaultSchema extends DBSchema {
  keys: { key: number; value: CryptoKey };
  answers: { key: [number, number]; value: Sealed; indexes: { attempt: number } };
}

type Database = IDBPDatabase<VaultSchema>;

const NAME = "invigil-answers";
/** Row of the view among the answers; questions are numbered from one. */
const VIEW_ROW = 0;
/** An acknowledged write must survive a power cut, not only a crash of the tab. */
const DURABLE = { durability: "strict" } as const;

export class Vault implements AnswerStore {
  readonly durable = true;

  private constructor(
    private readonly database: Database,
    private readonly key: CryptoKey,
    private readonly attempt: number,
    private readonly tab: string,
  ) {}

  /**
   * Open the store of one attempt.
   *
   * @throws DOMException when the browser has no IndexedDB, no WebCrypto, or no room
   */
  static async open(attempt: number, tab: string, onClosed: () => void = () => {}): Promise<Vault> {
    const database = await openDB<VaultSchema>(NAME, 1, {
      upgrade(db) {
        db.createObjectStore("keys");
        const answers = db.createObjectStore("answers", { keyPath: ["attempt", "question"] });
        answers.createIndex("attempt", "attempt");
      },
      terminated: onClosed,
    });
    return new Vault(database, await keyOf(database, attempt), attempt, tab);
  }

  async load(): Promise<Kept> {
    const rows = await this.database.getAllFromIndex("answers", "attempt", this.attempt);
    const kept: Kept = { answers: [], view: null, unreadable: 0 };
    for (const row of rows) {
      const content = await this.unseal(row);
      if (content === null) kept.unreadable += 1;
      else if (row.question === VIEW_ROW) kept.view = content as View;
      else kept.answers.push(answerOf(content));
    }
    return kept;
  }

  async read(question: number): Promise<KeptAnswer | null> {
    const row = await this.database.get("answers", [this.attempt, question]);
    const content = row ? await this.unseal(row) : null;
    return content && answerOf(content);
  }

  /** Keep an answer unless a newer one is there; compare and write are one transaction. */
  async keep(answer: KeptAnswer): Promise<KeepOutcome> {
    const { question, seq, value, text, clientAt } = answer;
    const sealed = await this.seal(question, seq, { question, seq, value, text, clientAt });
    const transaction = this.database.transaction("answers", "readwrite", DURABLE);
    const known = await transaction.store.get([this.attempt, question]);
    const taken = known !== undefined && known.seq >= seq && !(known.seq === seq && known.tab === this.tab);
    if (!taken) await transaction.store.put(sealed);
    await transaction.done;
    return taken ? { kept: false, seq: known.seq } : { kept: true };
  }

  async keepView(view: View): Promise<void> {
    await this.database.put("answers", await this.seal(VIEW_ROW, 0, view));
  }

  async forget(edits: Numbered[]): Promise<void> {
    const transaction = this.database.transaction("answers", "readwrite", DURABLE);
    for (const { question, seq } of edits) {
      const known = await transaction.store.get([this.attempt, question]);
      if (known && known.seq <= seq) await transaction.store.delete([this.attempt, question]);
    }
    await transaction.done;
  }

  async wipe(): Promise<void> {
    const transaction = this.database.transaction(["answers", "keys"], "readwrite", DURABLE);
    const answers = transaction.objectStore("answers");
    const rows = await answers.index("attempt").getAllKeys(this.attempt);
    await Promise.all(rows.map((row) => answers.delete(row)));
    await transaction.objectStore("keys").delete(this.attempt);
    await transaction.done;
  }

  close(): void {
    this.database.close();
  }

  private async seal(question: number, seq: number, content: KeptAnswer | View): Promise<Sealed> {
    const iv = crypto.getRandomValues(new Uint8Array(12));
    const plain = new TextEncoder().encode(JSON.stringify(content));
    const text = await crypto.subtle.encrypt(this.seals(question, seq, iv), this.key, plain);
    return { attempt: this.attempt, question, seq, tab: this.tab, iv, text };
  }

  /** The content of a row, or null when it was damaged or sealed with a key that is gone. */
  private async unseal(row: Sealed): Promise<KeptAnswer | View | null> {
    try {
      const rules = this.seals(row.question, row.seq, row.iv);
      const plain = await crypto.subtle.decrypt(rules, this.key, row.text);
      return JSON.parse(new TextDecoder().decode(plain)) as KeptAnswer | View;
    } catch {
      return null; // One bad row must not stop the rest; the caller counts it.
    }
  }

  private seals(question: number, seq: number, iv: Uint8Array<ArrayBuffer>): AesGcmParams {
    const bound = new TextEncoder().encode(`${this.attempt}/${question}/${seq}`);
    return { name: "AES-GCM", iv, additionalData: bound };
  }
}

/** An answer as kept; an earlier release knew of no words beside it. */
function answerOf(content: KeptAnswer | View): KeptAnswer {
  return { text: null, ...content } as KeptAnswer;
}

/** The attempt's key; of two tabs that open at once the first to store one wins for both. */
async function keyOf(database: Database, attempt: number): Promise<CryptoKey> {
  const known = await database.get("keys", attempt);
  if (known) return known;
  const usages: KeyUsage[] = ["encrypt", "decrypt"];
  const fresh = await crypto.subtle.generateKey({ name: "AES-GCM", length: 256 }, false, usages);
  const transaction = database.transaction("keys", "readwrite", DURABLE);
  const other = await transaction.store.get(attempt);
  if (!other) await transaction.store.put(fresh, attempt);
  await transaction.done;
  return other ?? fresh;
}
