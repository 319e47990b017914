/** The one store of a room: log over the socket, unsent messages, draft, read marks. */
import { get, post } from "$web/api";
import type { Socket } from "$web/socket";
import { Drafts } from "$chat/drafts";
import { Outbox, type PostDone } from "$chat/outbox";
import {
  addUnsent,
  announcedEnd,
  applyEvent,
  applyOlder,
  applySnapshot,
  type Attachment,
  type Author,
  changeUnsent,
  confirmPosted,
  dropUnsent,
  EMPTY,
  type Entry,
  lastShown,
  refuse,
  type Room,
  type Snapshot,
  type Unsent,
} from "$chat/room";

const READ_PAUSE_MS = 600;
const SAVE_PAUSE_MS = 250;
const TICK_MS = 10_000;

export interface RoomProps {
  room: string;
  title: string;
  kind: "class" | "staff";
  me: number;
  name: string;
  initials: string;
  limit: number;
}

export class RoomStore {
  room = $state.raw<Room>(EMPTY);
  draft = $state("");
  online = $state(true);
  now = $state(0);
  older = $state<"idle" | "loading" | "failed">("idle");

  private readonly topic: string;
  private readonly drafts: Drafts;
  private readonly outbox: Outbox;
  private readonly me: Author;
  private readSent = 0;
  private askedForEnd: number | null = null;
  private readTimer: ReturnType<typeof setTimeout> | undefined;
  private saveTimer: ReturnType<typeof setTimeout> | undefined;
  private leave = () => {};

  constructor(
    private readonly socket: Socket,
    readonly props: RoomProps,
  ) {
    this.topic = `chat:${props.room}`;
    this.me = { id: props.me, name: props.name, initials: props.initials, is_staff: false };
    this.drafts = new Drafts(props.me, props.room);
    this.now = socket.serverNow();
    this.outbox = new Outbox({
      post: (message) => this.call(message),
      posted: (clientId, done) => this.change(confirmPosted(this.room, clientId, done, this.me)),
      failed: (clientId, code) => this.change(changeUnsent(this.room, clientId, { status: "failed", code })),
      now: () => Date.now(),
      wait: (spanMs) => new Promise((resolve) => setTimeout(resolve, spanMs)),
    });
  }

  /** Subscribe and tick; returns what undoes both. */
  start(): () => void {
    const kept = this.drafts.load();
    this.draft = kept.draft;
    this.room = { ...this.room, unsent: kept.unsent };
    this.subscribe();
    const offStatus = this.socket.onStatus((status) => (this.online = status === "open" || status === "connecting"));
    const timer = setInterval(() => this.tick(), TICK_MS);
    return () => {
      clearInterval(timer);
      clearTimeout(this.readTimer);
      this.save();
      offStatus();
      this.leave();
    };
  }

  /** A lock that outlives its announced end was prolonged: ask once for the new end. */
  private tick(): void {
    this.now = this.socket.serverNow();
    const end = announcedEnd(this.room);
    if (end === null || end > this.now || end === this.askedForEnd) return;
    this.askedForEnd = end;
    this.subscribe();
  }

  /** Follow the room from a fresh snapshot. */
  private subscribe(): void {
    this.leave = this.socket.subscribe<Snapshot>(this.topic, {
      onSnapshot: (state, head) => this.change(applySnapshot(this.room, state, head)),
      onEvent: (event) => this.change(applyEvent(this.room, event)),
      onRefused: (error) => this.change(refuse(this.room, error.code)),
    });
  }

  private change(room: Room): void {
    this.now = this.socket.serverNow();
    this.room = room;
    this.keep();
    if (!room.needsFresh) return;
    this.room = { ...room, needsFresh: false };
    // The stream that called us is still at work: replace it when it is done.
    queueMicrotask(() => this.subscribe());
  }

  write(text: string): void {
    this.draft = text;
    this.keep();
  }

  send(attachment: Attachment | null): void {
    const message: Unsent = {
      clientId: crypto.randomUUID(),
      body: this.draft.trim(),
      attachment,
      at: this.socket.serverNow(),
      status: "sending",
      code: "",
    };
    this.draft = "";
    this.change(addUnsent(this.room, message));
    this.outbox.add(message);
  }

  sendAgain(message: Unsent): void {
    this.change(changeUnsent(this.room, message.clientId, { status: "sending", code: "" }));
    this.outbox.add({ ...message, status: "sending", code: "" });
  }

  drop(message: Unsent): void {
    this.outbox.drop(message.clientId);
    this.change(dropUnsent(this.room, message.clientId));
  }

  private call(message: Unsent): Promise<PostDone> {
    const file = message.attachment === null ? {} : { attachment: message.attachment.id };
    return this.socket.call<PostDone>(this.topic, "chat.post", {
      client_id: message.clientId,
      body: message.body,
      ...file,
    });
  }

  /** The newest line is on the screen. */
  sawAll(): void {
    const seq = lastShown(this.room);
    if (seq <= this.readSent || this.room.sealed) return;
    this.readSent = seq;
    clearTimeout(this.readTimer);
    this.readTimer = setTimeout(() => {
      // A mark that is lost is set by the next one.
      this.socket.call(this.topic, "chat.read", { seq }).catch(() => (this.readSent = 0));
    }, READ_PAUSE_MS);
  }

  async loadOlder(): Promise<void> {
    const first = this.room.entries[0];
    if (this.older === "loading" || !this.room.more || !first) return;
    this.older = "loading";
    try {
      const url = `/api/chat/${this.props.room}/messages?before=${first.seq}`;
      this.change(applyOlder(this.room, await get<{ entries: Entry[]; more: boolean }>(url)));
      this.older = "idle";
    } catch {
      this.older = "failed";
    }
  }

  async remove(seq: number, reason: string): Promise<void> {
    await post(`/api/chat/${this.props.room}/messages/${seq}/remove`, { reason }, { idempotent: true });
  }

  async reveal(seq: number): Promise<string> {
    const answer = await post<{ body: string }>(`/api/chat/${this.props.room}/messages/${seq}/reveal`, {});
    return answer.body;
  }

  private keep(): void {
    clearTimeout(this.saveTimer);
    this.saveTimer = setTimeout(() => this.save(), SAVE_PAUSE_MS);
  }

  private save(): void {
    clearTimeout(this.saveTimer);
    this.drafts.save({ draft: this.draft, unsent: [...this.room.unsent] });
  }
}
