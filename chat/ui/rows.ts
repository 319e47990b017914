/** What the log draws, line by line: days, the "new" line, messages with or without their head. */
import type { Entry, Room } from "$chat/room";

export type Row =
  | { kind: "day"; key: string; at: number }
  | { kind: "new"; key: string }
  | { kind: "message"; key: string; entry: Entry; isOwn: boolean; hasHead: boolean }
  | { kind: "lock" | "unlock"; key: string; entry: Entry };

/** Messages of one person closer than this share one head. */
export const TOGETHER_MS = 5 * 60_000;

/** `dayOf` names the day of an instant in the reader's zone and calendar. */
export function rowsOf(room: Room, me: number, dayOf: (at: number) => string): Row[] {
  const rows: Row[] = [];
  let day = "";
  let previous: Entry | undefined;
  let isNewDrawn = room.readAtOpen === 0;
  for (const entry of room.entries) {
    const isOwn = entry.author?.id === me;
    const today = dayOf(entry.at);
    if (today !== day) rows.push({ kind: "day", key: `d${entry.seq}`, at: entry.at });
    if (!isNewDrawn && entry.seq > room.readAtOpen && entry.kind === "text" && !isOwn) {
      rows.push({ kind: "new", key: "new" });
      isNewDrawn = true;
      previous = undefined;
    }
    if (entry.kind === "text") {
      const hasHead = today !== day || !follows(entry, previous);
      rows.push({ kind: "message", key: `m${entry.seq}`, entry, isOwn, hasHead });
    } else if (entry.kind === "lock" || entry.kind === "unlock") {
      rows.push({ kind: entry.kind, key: `l${entry.seq}`, entry });
    }
    day = today;
    previous = entry;
  }
  return rows;
}

function follows(entry: Entry, previous: Entry | undefined): boolean {
  return (
    previous?.kind === "text" &&
    previous.author?.id === entry.author?.id &&
    entry.at - previous.at < TOGETHER_MS
  );
}
