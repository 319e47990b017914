/** The one store of the wall: the board over the socket, the clock, what the person chose. */
import type { Socket } from "$web/socket";
import {
  type Board,
  counts,
  type Filter,
  filtered,
  fromSnapshot,
  inOrder,
  keepOrder,
  lateCommands,
  type LogEntry,
  logOf,
  merge,
  openHelp,
  openIncidents,
  pages,
  type Snapshot,
  tiles,
} from "$proctoring/wall";

const REORDER_MS = 5_000;

export class WallStore {
  board = $state.raw<Board | null>(null);
  now = $state(0);
  online = $state(false);
  heardAt = $state(0);
  refusal = $state<string | null>(null);
  filter = $state<Filter>("all");
  search = $state("");
  perPage = $state(16);
  page = $state(0);
  frozen = $state(false);
  hovered = $state(false);
  focused = $state<number | null>(null);
  selected = $state<number | null>(null);

  private order = $state.raw<number[]>([]);
  private orderedAt = 0;
  private seenAt: Record<number, number> = {};
  private readonly topic: string;

  constructor(
    private readonly socket: Socket,
    readonly sitting: number,
  ) {
    this.topic = `wall:${sitting}`;
    this.now = socket.serverNow();
  }

  views = $derived(this.board ? tiles(this.board) : []);
  numbers = $derived(counts(this.views));
  shown = $derived(keepOrder(filtered(this.views, this.filter, this.search), this.order));
  pageCount = $derived(pages(this.shown.length, this.perPage));
  visible = $derived(this.shown.slice(this.page * this.perPage, (this.page + 1) * this.perPage));
  incidents = $derived(this.board ? openIncidents(this.board) : []);
  hands = $derived(this.board ? openHelp(this.board) : []);
  late = $derived(this.board ? lateCommands(this.board, this.now) : []);
  log = $derived<LogEntry[]>(this.board ? logOf(this.board) : []);
  stale = $derived(!this.online);

  /** Subscribe and tick; returns what undoes both. */
  start(): () => void {
    const leave = this.socket.subscribe(this.topic, {
      onSnapshot: (state) => this.reset(state as Snapshot),
      onEvent: (event) => this.take(event),
      onRefused: (error) => (this.refusal = error.code),
    });
    const offStatus = this.socket.onStatus((status) => {
      this.online = status === "open";
      if (this.online) this.heardAt = this.socket.serverNow();
    });
    const timer = setInterval(() => this.tick(), 1_000);
    return () => {
      clearInterval(timer);
      offStatus();
      leave();
    };
  }

  private reset(snapshot: Snapshot): void {
    this.board = fromSnapshot(snapshot);
    this.heardAt = this.socket.serverNow();
    this.reorder(true);
  }

  private take(event: { t: string; d: unknown }): void {
    this.heardAt = this.socket.serverNow();
    if (!this.board || event.t !== "wall.changed") return;
    const grave = this.incidents.length;
    this.board = merge(this.board, event.d as Record<string, unknown>);
    this.reorder(this.incidents.length > grave);
  }

  private tick(): void {
    this.now = this.socket.serverNow();
    // The socket itself notices silence within seconds: while it is open the board is live.
    if (this.online) this.heardAt = this.now;
    for (const view of this.visible) this.seenAt[view.attempt] = this.now;
    this.page = Math.min(this.page, this.pageCount - 1);
    this.reorder(false);
  }

  /** At most every five seconds, or at once for a new incident; never while frozen or pointed at. */
  private reorder(urgent: boolean): void {
    const due = urgent || this.now - this.orderedAt > REORDER_MS;
    if (this.order.length > 0 && (this.frozen || this.hovered || !due)) return;
    this.order = inOrder(this.views, this.seenAt).map((view) => view.attempt);
    this.orderedAt = this.now;
  }

  /** Look at one student at large, or at nobody; the server logs it with the high layer it grants. */
  focus(attempt: number | null): void {
    this.focused = attempt;
    if (attempt !== null) this.selected = attempt;
  }

  /** Give an order; one that is sent again with its id is carried out once. */
  async issue(id: string, kind: string, attempts: number[], words: { text?: string; extra_s?: number }): Promise<Record<string, string>> {
    const body = { command_id: id, attempts, kind, text: words.text ?? "", extra_s: words.extra_s ?? 0 };
    const answer = (await this.socket.call(this.topic, "wall.command", body)) as { outcome: Record<string, string> };
    return answer.outcome;
  }

  async decide(incident: number, action: string, reason = ""): Promise<void> {
    await this.socket.call(this.topic, "wall.decide", { incident_id: incident, action, reason });
  }

  async answer(help: string, reply: string): Promise<void> {
    await this.socket.call(this.topic, "wall.reply", { help_id: help, reply });
  }
}
