/**
 * The room on the screen as a pure reducer: log, unsent messages, lock, what to draw.
 *
 * The server's log is the truth; an entry is known by its `seq`, an unsent message by the
 * `client_id` it was given here. A sealed room keeps no entry at all.
 */
import type { TopicEvent } from "$web/socket";
import type { Attachment, Author, Entry, Lock, RoomState } from "$web/wire";

export type { Attachment, Author, Entry, Lock } from "$web/wire";
/** The server's answer to `sub`. `reset`: forget what was known. */
export type Snapshot = RoomState;

/** A message that is not in the log yet. `failed` waits for the person; `code` says why. */
export interface Unsent {
  clientId: string;
  body: string;
  attachment: Attachment | null;
  at: number;
  status: "sending" | "failed";
  code: string;
}

export interface Room {
  phase: "loading" | "ready" | "refused";
  refusal: string;
  entries: readonly Entry[];
  unsent: readonly Unsent[];
  locked: boolean;
  sealed: boolean;
  locks: readonly Lock[];
  staysOpen: readonly string[];
  canPost: boolean;
  canModerate: boolean;
  /** Read up to here when the room was opened: where the "new" line is drawn. */
  readAtOpen: number;
  /** Highest number known of the log, shown or not. */
  head: number;
  more: boolean;
  /** What is on the screen may be wrong or short: ask for a fresh snapshot. */
  needsFresh: boolean;
}

export const EMPTY: Room = {
  phase: "loading",
  refusal: "",
  entries: [],
  unsent: [],
  locked: false,
  sealed: false,
  locks: [],
  staysOpen: [],
  canPost: false,
  canModerate: false,
  readAtOpen: 0,
  head: 0,
  more: false,
  needsFresh: false,
};

/** Take the server's answer to `sub`. */
export function applySnapshot(room: Room, snapshot: Snapshot, head: number): Room {
  const isShort = room.sealed && !snapshot.sealed && !snapshot.reset;
  const known = snapshot.reset || snapshot.sealed ? [] : room.entries;
  return settle({
    ...room,
    phase: "ready",
    locked: snapshot.locked,
    sealed: snapshot.sealed,
    locks: snapshot.locks,
    staysOpen: snapshot.stays_open,
    canPost: snapshot.can_post,
    canModerate: snapshot.can_moderate,
    readAtOpen: room.phase === "ready" ? room.readAtOpen : snapshot.read,
    head,
    more: snapshot.reset ? snapshot.more : room.more,
    needsFresh: isShort,
    entries: snapshot.sealed ? [] : mergeEntries(known, snapshot.entries),
  });
}

/** Take a pushed event. Locks and unlocks only say that a fresh snapshot is needed. */
export function applyEvent(room: Room, event: TopicEvent): Room {
  const head = Math.max(room.head, event.seq ?? 0);
  switch (event.t) {
    case "chat.posted":
      if (room.sealed) return { ...room, head };
      return settle({ ...room, head, entries: mergeEntries(room.entries, [event.d.entry as Entry]) });
    case "chat.changed":
      return { ...room, head, entries: changeEntry(room.entries, event.d) };
    case "chat.locked":
      return {
        ...room,
        head,
        locked: true,
        canPost: false,
        locks: [...room.locks, event.d.lock as Lock],
        needsFresh: true,
      };
    case "chat.unlocked":
      return { ...room, head, needsFresh: true };
    default:
      return room;
  }
}

/** Put older entries in front. */
export function applyOlder(room: Room, page: { entries: Entry[]; more: boolean }): Room {
  if (room.sealed) return room;
  return { ...room, entries: mergeEntries(room.entries, page.entries), more: page.more };
}

export function refuse(room: Room, code: string): Room {
  return { ...room, phase: "refused", refusal: code, entries: [] };
}

export function addUnsent(room: Room, message: Unsent): Room {
  return { ...room, unsent: [...room.unsent, message] };
}

export function changeUnsent(room: Room, clientId: string, change: Partial<Unsent>): Room {
  return {
    ...room,
    unsent: room.unsent.map((one) => (one.clientId === clientId ? { ...one, ...change } : one)),
  };
}

export function dropUnsent(room: Room, clientId: string): Room {
  return { ...room, unsent: room.unsent.filter((one) => one.clientId !== clientId) };
}

/** The server acknowledged: the message is line `seq`, whether or not its push has come. */
export function confirmPosted(room: Room, clientId: string, done: { seq: number; at: number }, me: Author): Room {
  const message = room.unsent.find((one) => one.clientId === clientId);
  if (!message || room.sealed) return dropUnsent(room, clientId);
  const entry: Entry = {
    seq: done.seq, kind: "text", at: done.at, body: message.body, author: me, client_id: clientId,
    attachment: message.attachment, removed: false, target: null,
  };
  const isKnown = room.entries.some((one) => one.seq === done.seq);
  return settle({ ...room, entries: isKnown ? room.entries : mergeEntries(room.entries, [entry]) });
}

/** Unsent messages whose line is in the log are sent. */
function settle(room: Room): Room {
  if (room.unsent.length === 0) return room;
  const inLog = new Set(room.entries.map((entry) => entry.client_id));
  const unsent = room.unsent.filter((one) => !inLog.has(one.clientId));
  return unsent.length === room.unsent.length ? room : { ...room, unsent };
}

function mergeEntries(known: readonly Entry[], fresh: readonly Entry[]): Entry[] {
  const bySeq = new Map(known.map((entry) => [entry.seq, entry]));
  for (const entry of fresh) if (entry.kind !== "system") bySeq.set(entry.seq, entry);
  let entries = [...bySeq.values()].sort((a, b) => a.seq - b.seq);
  for (const entry of fresh) {
    if (entry.kind !== "system" || entry.target === null) continue;
    entries = changeEntry(entries, {
      target: entry.target,
      removed: entry.removed,
      attachment_state: entry.attachment?.state ?? null,
    });
  }
  return entries;
}

function changeEntry(
  entries: readonly Entry[],
  change: { target: number; removed: boolean; attachment_state: string | null },
): Entry[] {
  return entries.map((entry) => {
    if (entry.seq !== change.target) return entry;
    if (change.removed) return { ...entry, removed: true, body: "", attachment: null };
    const attachment = entry.attachment && { ...entry.attachment, state: change.attachment_state ?? entry.attachment.state };
    return { ...entry, attachment };
  });
}

/** Numbers of messages of others after `seq`. */
export function countAfter(room: Room, seq: number, me: number): number {
  return room.entries.filter((entry) => entry.seq > seq && entry.kind === "text" && entry.author?.id !== me).length;
}

/** Highest number on the screen; 0 for none. */
export function lastShown(room: Room): number {
  return room.entries.at(-1)?.seq ?? 0;
}

/** When the last lock was said to end; null for an open room or an unknown end. */
export function announcedEnd(room: Room): number | null {
  const ends = room.locks.map((lock) => lock.until);
  if (ends.length === 0 || ends.includes(null)) return null;
  return Math.max(...(ends as number[]));
}
