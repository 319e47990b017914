/** The storm must notice each of these faults planted in the queue; else it proves nothing. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import ts from "typescript";
import { describe, expect, it } from "vitest";
import type { Autosave } from "../autosave";
import { storm } from "./storm";

const HERE = import.meta.dirname;
const FILES = {
  "./autosave/batch": "batch.ts",
  "./autosave/ledger": "ledger.ts",
  "./autosave/replies": "replies.ts",
  "./autosave/store": "store.ts",
} as const;

/** Two seconds where nothing else runs. */
const PATIENCE_MS = 60_000;

interface Mutant {
  fault: string;
  file: "../autosave.ts" | "ledger.ts" | "batch.ts";
  from: string;
  to: string;
}

const MUTANTS: Mutant[] = [
  {
    fault: "an acknowledgement of an older edit counts for the newer one",
    file: "ledger.ts",
    from: "if (seq < entry.seq) return true;",
    to: "",
  },
  {
    fault: "the server's older answer replaces the newer one of this device",
    file: "ledger.ts",
    from: "if (known && known.seq > answer.seq) continue;",
    to: "",
  },
  {
    fault: "an older record of the device replaces a newer answer",
    file: "ledger.ts",
    from: "if (known && known.seq >= kept.seq) return false;",
    to: "if (known && known.seq <= kept.seq) return false;",
  },
  {
    fault: "numbers go back with the device's clock",
    file: "ledger.ts",
    from: "Math.max(Math.floor(this.lastSeq / TAB_MARKS) + 1, Math.floor(nowMs))",
    to: "Math.floor(nowMs)",
  },
  {
    fault: "an edit is called saved when it is made",
    file: "ledger.ts",
    from: 'progress: "waiting",\n      code: ""',
    to: 'progress: "saved",\n      code: ""',
  },
  {
    fault: "what the device kept is not taken back",
    file: "../autosave.ts",
    from: "for (const answer of kept.answers) this.ledger.adopt(answer);",
    to: "",
  },
  {
    fault: "nothing is written to the device",
    file: "../autosave.ts",
    from: "const outcome = await this.store.keep({ question, seq, value, text, clientAt });",
    to: "const outcome = { kept: true, seq } as { kept: boolean; seq: number };",
  },
  {
    fault: "only the first of two quick edits is written to the device",
    file: "../autosave.ts",
    from: "      entry = this.ledger.get(question);\n    }\n    this.keeping",
    to: "      entry = undefined;\n    }\n    this.keeping",
  },
  {
    fault: "other tabs are not told",
    file: "../autosave.ts",
    from: "    this.onKept(question);\n",
    to: "",
  },
  {
    fault: "a failed request is not tried again",
    file: "../autosave.ts",
    from: "if (this.failures > 0) this.scheduleRetry();",
    to: "if (this.failures > 0) return;",
  },
  {
    fault: "what was typed during a request stays behind",
    file: "../autosave.ts",
    from: "else this.pump();\n    });",
    to: "});",
  },
  {
    fault: "a request without an answer counts as saved",
    file: "../autosave.ts",
    from: "return this.fail(outcome.retryAfterMs);",
    to: "for (const one of sent) this.ledger.acknowledge(one.question, one.seq, 1);",
  },
  {
    fault: "a pause throws answers away",
    file: "../autosave.ts",
    from: "return this.setGate(outcome.gate);",
    to: 'for (const one of sent) this.ledger.refuse(one.question, one.seq, "paused");\n        return this.setGate(outcome.gate);',
  },
  {
    fault: "what waited is not sent when the gate opens",
    file: "../autosave.ts",
    from: "this.cancelTimer();\n    this.changed();\n    this.pump();\n  }\n\n  /**\n   * Record an edit",
    to: "this.cancelTimer();\n    this.changed();\n  }\n\n  /**\n   * Record an edit",
  },
  {
    fault: "the words beside an answer stay behind",
    file: "../autosave.ts",
    from: "=> ({ question, seq, value, text, clientAt }));",
    to: "=> ({ question, seq, value, text: null, clientAt }));",
  },
  {
    fault: "the words beside an answer are not written to the device",
    file: "../autosave.ts",
    from: "const outcome = await this.store.keep({ question, seq, value, text, clientAt });",
    to: "const outcome = await this.store.keep({ question, seq, value, text: null, clientAt });",
  },
  {
    fault: "the words beside an answer go when the answer changes",
    file: "ledger.ts",
    from: "text = this.entries.get(question)?.text ?? null): Entry",
    to: "text: string | null = null): Entry",
  },
  {
    fault: "the server's words beside an answer are not taken over",
    file: "ledger.ts",
    from: "value: answer.value, text: answer.text ?? null, clientAt",
    to: "value: answer.value, text: null, clientAt",
  },
  {
    fault: "answers of a closed page travel with those of the open one",
    file: "../autosave.ts",
    from: "return open.length > 0 ? open : waiting;",
    to: "return waiting;",
  },
  {
    fault: "what the server has of a closed page stays on the device",
    file: "../autosave.ts",
    from: "if (gone.length > 0) this.store.forget(gone).catch(() => {});",
    to: "",
  },
  {
    fault: "the newest answers are cut off a batch and forgotten",
    file: "../autosave.ts",
    from: "const waiting = this.ledger.waiting();\n    if (waiting.length === 0) {",
    to: 'const waiting = this.ledger.waiting();\n    for (const late of waiting.slice(2)) this.ledger.refuse(late.question, late.seq, "full");\n    if (waiting.length === 0) {',
  },
  {
    fault: "a failure of what has arrived since holds the next answer back",
    file: "../autosave.ts",
    from: "      this.failures = 0; // What",
    to: "      // What",
  },
];

const read = (file: string) => readFileSync(join(HERE, file), "utf8");

function asUrl(source: string): string {
  const options = { target: ts.ScriptTarget.ES2022, module: ts.ModuleKind.ESNext };
  const { outputText } = ts.transpileModule(source, { compilerOptions: options });
  return `data:text/javascript;base64,${Buffer.from(outputText).toString("base64")}`;
}

/** The queue with one fault planted (or none). */
async function planted(mutant?: Mutant): Promise<typeof Autosave> {
  const source = (file: string): string => {
    const text = read(file);
    if (mutant?.file !== file) return text;
    expect(text.split(mutant.from), `"${mutant.from}" stands once in ${file}`).toHaveLength(2);
    return text.replace(mutant.from, () => mutant.to);
  };
  let text = source("../autosave.ts");
  for (const [name, file] of Object.entries(FILES)) {
    text = text.replaceAll(`"${name}"`, `"${asUrl(source(file))}"`);
  }
  const module = (await import(/* @vite-ignore */ asUrl(text))) as { Autosave: typeof Autosave };
  return module.Autosave;
}

async function survives(queue: typeof Autosave): Promise<boolean> {
  for (let seed = 1; seed <= 200; seed += 1) {
    try {
      await storm(queue, seed);
    } catch {
      return false;
    }
  }
  return true;
}

describe("faults planted in the queue", () => {
  it("the queue as it is survives when built the same way", async () => {
    expect(await survives(await planted())).toBe(true);
  }, PATIENCE_MS);

  it.each(MUTANTS)("are noticed: $fault", async (mutant) => {
    expect(await survives(await planted(mutant))).toBe(false);
  }, PATIENCE_MS);
});
