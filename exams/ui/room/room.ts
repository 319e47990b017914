/**
 * The exam room behind the screen: brings the queue, the socket, the clock and the reducer together.
 *
 * 1. Open the device's store, fetch the snapshot, compare the two, take the lease, start if due.
 * 2. Without a network after a reload: begin with the device's copy of the paper, keep answers on
 *    the device, and go on trying; what the server says when it answers wins.
 * 3. From then on every answer of the server and every pushed event goes into the reducer.
 * 4. Sign-in, lease and connection come back by themselves or on one press; answers never leave.
 */
import { ApiError } from "$web/api";
import type { Socket } from "$web/socket";
import { GATE_OF_STATE, HttpTransport, LEASE_PREFIX, type Snapshot } from "../attempt_api";
import { Autosave } from "../autosave";
import { type AnswerStore, MemoryStore } from "../autosave/store";
import type { AnswerValue } from "../paper";
import { type Action, type Command, EMPTY, type RoomState, isOvertaken, mayTurnAtOnce, reduce, viewOf } from "../player";
import type { AttemptState, Receipt, SaveReply } from "../wire";
import { Calls } from "./calls";
import { Closing } from "./closing";
import { Deadline } from "./deadline";
import { DeviceCopy } from "./device_copy";
import { type AttemptNews, followAttempt, openOrPatienceOver } from "./news";
import { Orders } from "./orders";
import type { RoomPorts } from "./ports";
import { Retry } from "./retry";
import { Uploads } from "./uploads";
import { type Pace, Writing } from "./writing";

const FINAL_STATUS = new Set([403, 404, 410]);

export class Room {
  state: RoomState = EMPTY;
  snapshot: Snapshot | null = null;
  socket: Socket | null = null;
  readonly uploads: Uploads;
  readonly calls: Calls;
  private autosave: Autosave;
  private readonly orders: Orders;
  private readonly closing: Closing;
  readonly deadline: Deadline;
  private readonly writing: Writing;
  private lease = "";
  private reopening = false;
  private readonly entering: Retry;
  private readonly copy: DeviceCopy;
  private readonly listeners = new Set<(state: RoomState) => void>();

  constructor(private readonly ports: RoomPorts) {
    this.autosave = this.makeQueue(new MemoryStore());
    this.uploads = new Uploads({
      start: ports.startUpload,
      onChange: (question, view) => this.dispatch({ type: "upload", question, view }),
      // Chosen in time: what came of it is the server's to judge, though the time is up or a pause began.
      onReceived: (question, value) => this.autosave.edit(question, { ...value }, "done"),
    });
    const topic = `watch:${ports.attempt}`;
    this.orders = new Orders(() => this.socket, topic);
    const inside = {
      topic,
      api: ports.api,
      surroundings: ports.surroundings,
      now: () => ports.clock.now(),
      socket: () => this.socket,
      autosave: () => this.autosave,
      lease: () => this.lease,
      state: () => this.state,
      dispatch: (action: Action) => this.dispatch(action),
      isSending: () => this.uploads.isSending,
      isTimeUp: () => this.deadline.isOver,
      askAgain: () => this.refresh(),
      onPage: (snapshot: Snapshot) => this.take(snapshot),
      onReceipt: (receipt: Receipt) => this.handedIn(receipt),
    };
    this.calls = new Calls(inside);
    this.deadline = new Deadline(inside);
    this.writing = new Writing(inside);
    this.closing = new Closing(inside);
    this.entering = new Retry(ports.surroundings);
    const original = () => ({ state: this.state, snapshot: this.snapshot, lease: this.lease });
    this.copy = new DeviceCopy(ports.papers, ports.surroundings, original);
  }

  /** Open the room; resolves when the questions are there or it is clear why not. */
  async open(): Promise<void> {
    const store = await this.openStore();
    this.autosave = this.makeQueue(store);
    this.autosave.onChange(() => this.queueChanged());
    const view = await this.autosave.restore();
    this.dispatch({ type: "view_restored", view });
    this.ports.tabs.listen((news) => {
      if (news.kind === "kept") void this.autosave.adoptFromStore(news.question);
      else if (news.kind === "took") this.autosave.setGate("moved");
      else void this.refresh();
    });
    await this.copy.read();
    this.socket = this.openSocket();
    await this.enter();
  }

  onChange(listener: (state: RoomState) => void): () => void {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  }

  dispatch(action: Action): void {
    this.state = reduce(this.state, action);
    for (const listener of this.listeners) listener(this.state);
    this.copy.note();
  }

  // ── What the candidate does ─────────────────────────────────────────────────────────────

  answer(question: number, value: AnswerValue, pace: Pace): void {
    this.writing.answer(question, value, pace);
  }

  /** The words beside an answer. */
  write(question: number, text: string, pace: Pace): void {
    this.writing.write(question, text, pace);
  }

  /** Call every second. */
  tick(): void {
    this.deadline.tick();
  }

  go(action: Extract<Action, { type: "went" | "stepped" | "marked" | "reviewed" }>): void {
    this.autosave.flush();
    if (this.state.turning) this.cancel(); // Who looks at a question again may change it.
    this.dispatch(action);
    const view = viewOf(this.state);
    if (view) this.autosave.keepView(view);
  }

  leaveField(): void {
    this.autosave.flush();
  }

  /** The page is hidden or closes. */
  farewell(): void {
    this.autosave.farewell();
  }

  seen(id: string): void {
    this.orders.apply(id);
    this.dispatch({ type: "seen", id });
  }

  submit(): Promise<void> {
    return this.closing.submit();
  }

  /** The next question, or what comes after the last one of the page. */
  forward(): void {
    if (this.state.turning) return;
    if (mayTurnAtOnce(this.state)) void this.turn();
    else this.go({ type: "stepped", by: 1 });
  }

  /** Close the open page for good and go on. */
  turn(): Promise<void> {
    return this.closing.turn();
  }

  /** Call off a hand-in, or going on, that the server has not confirmed. */
  cancel(): void {
    this.closing.cancel();
  }

  /** Go on in this tab after another one had taken over. */
  async takeBack(): Promise<void> {
    this.renewSocket();
    await this.enter();
  }

  /** The tab came to the front, the network came back, or the candidate signed in again. */
  async resume(): Promise<void> {
    const { gate } = this.state.queue;
    if (gate !== "moved") this.renewSocket();
    if (gate === "open") this.autosave.retry();
    this.entering.hurry();
    await this.refresh();
  }

  close(): void {
    this.closing.stop();
    this.uploads.close();
    this.copy.close();
    this.autosave.close();
    this.socket?.close();
    this.ports.tabs.close();
  }

  // ── Opening ─────────────────────────────────────────────────────────────────────────────

  private async openStore(): Promise<AnswerStore> {
    try {
      const lost = () => this.autosave.loseStore();
      return await this.ports.openStore(this.ports.attempt, this.ports.tabs.name, lost);
    } catch {
      return new MemoryStore(); // No store on this device: the room says so and works on.
    }
  }

  private makeQueue(store: AnswerStore): Autosave {
    const transport = new HttpTransport(this.ports.api, this.ports.clock, (reply) => this.onReply(reply));
    return new Autosave(
      store,
      transport,
      this.ports.surroundings,
      () => void this.refresh(),
      (question) => this.ports.tabs.tell({ kind: "kept", question }),
    );
  }

  /** Snapshot, lease, start; tried until the server answers one way or the other. */
  private enter(): Promise<void> {
    return this.entering.run(() => this.tryToEnter(), (failure) => this.onNotEntered(failure));
  }

  private async tryToEnter(): Promise<void> {
    const snapshot = await this.fetchSnapshot(this.copy.paper ? 1 : undefined);
    if (GATE_OF_STATE[snapshot.state] === "over") return this.autosave.setGate("over");
    if (this.state.fromDevice && this.copy.isOvertaken(snapshot.lease)) return this.leaveToOther();
    this.copy.paper = null; // The server's word is newer now.
    await openOrPatienceOver(this.socket, this.ports.surroundings);
    this.lease = await this.ports.api.takeLease(this.ports.device, this.socket?.connectionId);
    this.ports.tabs.tell({ kind: "took" });
    const mayStart = snapshot.state === "ready" && snapshot.sitting.state === "running";
    // Only the browser that holds the lease is shown the questions, and it does so only now.
    const isNewHere = snapshot.state === "running" && snapshot.questions === null;
    if (mayStart || isNewHere) this.take(await this.ports.api.start(this.lease));
    this.openGate();
    this.dispatch({ type: "entered" });
  }

  /** Another device went on with the exam while this one had no network: one press takes it back. */
  private leaveToOther(): void {
    this.dispatch({ type: "entered" });
    this.autosave.setGate("moved");
  }

  /** Say why the room does not open; resolves to whether trying again is of no use. */
  private async onNotEntered(failure: unknown): Promise<boolean> {
    const { status, code } = failure instanceof ApiError ? failure : { status: 0, code: "server_error" };
    const isFinal = status === 401 || FINAL_STATUS.has(status);
    if (!isFinal) this.startFromCopy();
    if (this.state.questions.length === 0) this.dispatch({ type: "failed", code });
    else if (!isFinal) this.autosave.noteUnreachable();
    else if (status === 401) this.autosave.setGate("signed_out");
    else if (this.state.fromDevice) this.shut(code);
    else this.autosave.setGate("denied");
    return isFinal;
  }

  /** After a reload without a network: go on with what the server last said. */
  private startFromCopy(): void {
    const { paper } = this.copy;
    if (!paper || this.state.attempt !== "unknown") return;
    this.ports.clock.believe(this.copy.serverNow(paper));
    this.dispatch({ type: "from_device" });
    this.show(paper.snapshot, paper.serverTime);
  }

  /** The paper on the screen is not of who is signed in now. */
  private shut(code: string): void {
    this.snapshot = null;
    this.dispatch({ type: "shut", code });
    this.forgetExam();
  }

  private forgetExam(): void {
    void this.copy.forget();
    this.ports.forgetPage();
  }

  private openGate(): void {
    const gate = GATE_OF_STATE[this.state.attempt as AttemptState];
    if (gate) this.autosave.setGate(gate);
    else this.autosave.open(this.lease);
  }

  private async fetchSnapshot(tries?: number): Promise<Snapshot> {
    const sentAt = this.ports.clock.mark();
    const snapshot = await this.ports.api.snapshot(tries);
    this.ports.clock.sync(snapshot.server_time, sentAt);
    this.take(snapshot);
    return snapshot;
  }

  private show(snapshot: Snapshot, at: number): void {
    this.snapshot = snapshot;
    this.dispatch({ type: "snapshot", snapshot, at });
    // The server shows answers only while the attempt runs: their absence says nothing otherwise.
    const page = snapshot.questions?.map((question) => question.id);
    if (page) this.autosave.meetServer(snapshot.answers, page);
  }

  private take(snapshot: Snapshot): void {
    if (isOvertaken(this.state, snapshot)) return;
    this.show(snapshot, snapshot.server_time);
    if (GATE_OF_STATE[snapshot.state] === "over") this.forgetExam();
    else if (this.copy.confirm()) void this.ports.keepPage().then((isKept) => this.dispatch({ type: "page_kept", isKept }));
    const { receipt, submitted_at: at, answered, total } = snapshot;
    if (receipt && at !== null && answered !== null && this.state.receipt === null) {
      void this.handedIn({ receipt, submitted_at: at, answered, total });
    }
  }

  /** Fetch the snapshot again and open the gate if the server lets us. */
  async refresh(): Promise<void> {
    if (this.reopening || this.entering.isRunning) return;
    this.reopening = true;
    try {
      const snapshot = await this.fetchSnapshot();
      const mine = snapshot.lease !== null && this.lease.startsWith(snapshot.lease);
      if (mine || GATE_OF_STATE[snapshot.state] === "over") this.openGate();
      else this.autosave.setGate(this.lease ? "moved" : "closed");
      if (!this.lease && !this.state.receipt) void this.enter();
    } catch {
      // Still away or signed out: the banner says so, and the next occasion tries again.
    } finally {
      this.reopening = false;
    }
  }

  private async handedIn(receipt: Receipt): Promise<void> {
    this.dispatch({ type: "handed_in", receipt });
    this.forgetExam();
    this.autosave.setGate("over");
    await this.uploads.settled(); // A file that arrives now is late work.
    await this.autosave.finish();
    this.ports.tabs.tell({ kind: "handed_in" });
  }

  // ── What comes in ───────────────────────────────────────────────────────────────────────

  private openSocket(): Socket {
    const socket = this.ports.connect();
    let opened = false;
    socket.onStatus((status) => {
      this.dispatch({ type: "socket", open: status === "open" });
      if (status === "ended" && socket.endReason === "replaced") this.autosave.setGate("moved");
      if (status === "open" && opened) void this.resume();
      else if (status === "open") this.entering.hurry();
      opened ||= status === "open";
    });
    followAttempt(socket, this.ports.attempt, {
      onAttempt: (news) => this.onAttempt(news),
      onLeaseTaken: (prefix) => this.onLeaseTaken(prefix),
      onCommand: (command) => this.onCommand(command),
      dispatch: (action) => this.dispatch(action),
    });
    this.ports.onSocket?.(socket);
    return socket;
  }

  /** A socket that ended for good (signed out, replaced) is made anew. */
  private renewSocket(): void {
    if (this.socket?.endReason) this.socket = this.openSocket();
  }

  private onAttempt(news: AttemptNews): void {
    const before = this.state.attempt;
    if (before === "unknown") return; // The snapshot over HTTP comes first; this one only repeats it.
    const { state, version, deadline, paused_at: pausedAt, reason, early_end: earlyEnd } = news;
    if (version < this.state.version) return;
    this.dispatch({ type: "attempt", state, version, deadline, pausedAt, reason, earlyEnd, at: this.ports.clock.now() });
    if (state === before || this.state.receipt) return;
    if (GATE_OF_STATE[state] === "over" || this.state.questions.length === 0) void this.refresh();
    else if (this.state.queue.gate === "open" || this.state.queue.gate === "paused") this.openGate();
  }

  private onLeaseTaken(prefix: string): void {
    if (this.lease && !this.lease.startsWith(prefix.slice(0, LEASE_PREFIX))) this.autosave.setGate("moved");
  }

  private onReply(reply: SaveReply): void {
    const { state, version, deadline, refused } = reply;
    this.onAttempt({ state, version, deadline, reason: "" });
    // It was closed from another place, or our own going on was confirmed without our hearing of it.
    if (Object.values(refused).includes("page_closed")) void this.refresh();
  }

  private onCommand(command: Command): void {
    this.orders.take(command);
    this.dispatch({ type: "command", command });
  }

  private queueChanged(): void {
    const status = this.autosave.status();
    const before = this.state.queue.gate;
    this.dispatch({ type: "queue", entries: this.autosave.ledger.all(), status });
    if (status.gate === "over" && before !== "over" && !this.state.receipt) void this.refresh();
  }
}
