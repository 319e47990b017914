import { describe, expect, it } from "vitest";
import { EMPTY, type Entry } from "$chat/room";
import { rowsOf, TOGETHER_MS } from "$chat/rows";

const DAY = 86_400_000;
const dayOf = (at: number) => String(Math.floor(at / DAY));

function entry(seq: number, at: number, author = 2, kind: Entry["kind"] = "text"): Entry {
  return {
    seq, kind, at, body: "", author: { id: author, name: "", initials: "", is_staff: false }, client_id: null,
    attachment: null, removed: false, target: null,
  };
}

const shape = (entries: Entry[], readAtOpen = 0) =>
  rowsOf({ ...EMPTY, entries, readAtOpen }, 1, dayOf).map((row) =>
    row.kind === "message" ? `${row.entry.seq}${row.isOwn ? "o" : ""}${row.hasHead ? "h" : ""}` : row.kind,
  );

describe("rows", () => {
  it("begin each day with its rule and each run with a head", () => {
    expect(shape([entry(1, 0), entry(2, 1000), entry(3, 2000, 1), entry(4, DAY)])).toEqual(["day", "1h", "2", "3oh", "day", "4h"]);
  });

  it("give a new head after a pause and after a lock", () => {
    const lock = entry(3, TOGETHER_MS + 2000, 2, "lock");
    expect(shape([entry(1, 0), entry(2, TOGETHER_MS), lock, entry(4, TOGETHER_MS + 3000)])).toEqual(["day", "1h", "2h", "lock", "4h"]);
  });

  it("mark where the unread begin, once, and not at one's own", () => {
    expect(shape([entry(1, 0), entry(2, 1, 1), entry(3, 2), entry(4, 3)], 1)).toEqual(["day", "1h", "2oh", "new", "3h", "4"]);
  });

  it("have keys of their own", () => {
    const keys = rowsOf({ ...EMPTY, entries: [entry(1, 0), entry(2, DAY), entry(3, DAY, 2, "unlock")] }, 1, dayOf).map((row) => row.key);
    expect(new Set(keys).size).toBe(keys.length);
  });
});
