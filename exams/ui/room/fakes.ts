/** For tests of the room: the candidate API and the socket in small, and rooms made of them. */
import { ApiError } from "$web/api";
import type { Socket } from "$web/socket";
import type { Upload, UploadStatus, UploadView } from "$scanner/upload";
import type { AttemptApi, Snapshot } from "../attempt_api";
import type { KeptAnswer } from "../autosave/ledger";
import { type AnswerStore, MemoryStore } from "../autosave/store";
import { HandClock, SmallServer, settlePromises } from "../autosave/testing";
import { ServerClock } from "../clock";
import type { Question } from "../paper";
import type { AttemptState, Navigation, Receipt, SaveReply } from "../wire";
import type { Paper, PaperShelf } from "./papers";
import { Room } from "./room";
import { Tabs } from "./tabs";
import { SNAPSHOT, question } from "./testing";

const QUESTIONS = [11, 12].map((id) => question({ id, number: id - 10, kind: "char" }));

/** The candidate API in small; `down` makes every call fail as the network would. */
export class FakeApi {
  readonly server = new SmallServer();
  questions: Question[] = QUESTIONS;
  state: AttemptState = "running";
  sitting = "running";
  down: ApiError | null = null;
  calls: string[] = [];
  leases = 0;
  version = 1;
  receipt: string | null = null;
  submitErrors: ApiError[] = [];
  /** Questions whose answers the server refuses, for good. */
  refuses = new Set<number>();
  deadline: number | null = 9_000_000;
  /** What the pages ask, one after the other; null is one page with `questions`. */
  pages: Question[][] | null = null;
  advanceErrors: ApiError[] = [];
  /** The server closes the page, but its word about it gets lost. */
  losesReplies = false;
  /** Whether this browser holds the lease, or held it last: no other one is shown the questions. */
  isKnown = true;
  navigation: Navigation = "free";
  /** Whether the server knows beforehand that nothing follows the last page. */
  tellsLast = true;

  constructor(private readonly clock: HandClock) {}

  private enter(call: string): void {
    this.calls.push(call);
    if (this.down) throw this.down;
  }

  async snapshot(): Promise<Snapshot> {
    this.enter("snapshot");
    const isShown = this.state === "running" && this.isKnown;
    const number = this.server.page;
    const before = this.pages?.slice(0, number - 1).flat().length ?? 0;
    return {
      ...SNAPSHOT,
      sitting: { ...SNAPSHOT.sitting, state: this.sitting as "running", navigation: this.navigation },
      page: { number, is_last: !this.pages || (number === this.pages.length && this.tellsLast), asked_before: before },
      state: this.state,
      deadline: this.deadline,
      server_time: this.clock.now(),
      lease: this.server.lease.slice(0, 8),
      questions: isShown ? (this.pages?.[number - 1] ?? this.questions) : null,
      answers: isShown ? this.server.snapshot() : {},
      receipt: this.receipt,
      submitted_at: this.receipt ? 7 : null,
      answered: this.receipt ? this.server.answers.size : null,
      total: 2,
      version: this.version,
    };
  }

  async takeLease(): Promise<string> {
    this.enter("lease");
    this.leases += 1;
    this.isKnown = true;
    this.server.lease = `${this.leases}`.padStart(8, "x") + "-rest";
    return this.server.lease;
  }

  async start(): Promise<Snapshot> {
    this.enter("start");
    this.state = "running";
    return this.snapshot();
  }

  async save(lease: string, answers: KeptAnswer[]): Promise<SaveReply> {
    this.enter("save");
    const hasEnded = !["running", "paused"].includes(this.state);
    if (hasEnded) this.refuse(answers, "over", "attempt_ended");
    if (lease !== this.server.lease) this.refuse(answers, "moved", "lease_lost");
    if (this.state === "paused") throw new ApiError(423, { code: "paused" });
    const taken = answers.filter((answer) => !this.refuses.has(answer.question));
    const outcome = this.server.save(lease, taken, this.clock.now());
    if (outcome.kind !== "answered") throw new Error("unreachable");
    const { saved } = outcome;
    const bad = answers.filter((answer) => this.refuses.has(answer.question));
    const unknown = Object.fromEntries(bad.map((answer) => [String(answer.question), "unknown_question"]));
    const refused = { ...outcome.refused, ...unknown };
    const server_time = this.clock.now();
    return { saved, refused, held: [], state: this.state, version: this.version, deadline: this.deadline ?? 0, server_time, last_command_seq: 0 };
  }

  /** As the server does: what comes too late is kept, and refused. */
  private refuse(answers: KeptAnswer[], gate: "over" | "moved", code: string): never {
    const { kept } = this.server.hold(answers, gate);
    throw new ApiError(409, { code, data: { ...kept } });
  }

  /** Ask these pages one after the other. */
  turnPages(...pages: Question[][]): void {
    this.pages = pages;
    this.navigation = pages.every((page) => page.length === 1) ? "linear" : "sections";
    this.server.open = pages[0]?.map((one) => one.id) ?? [];
  }

  async advance(_lease: string, page: number, digest: Record<string, number>): Promise<Snapshot> {
    this.enter("advance");
    const error = this.advanceErrors.shift();
    if (error) throw error;
    const next = this.pages?.[page]?.map((one) => one.id);
    if (!next && page === this.server.page) throw new ApiError(409, { code: "last_page" });
    const missing = this.server.turn(page, digest, next ?? []);
    if (missing.length > 0) throw new ApiError(409, { code: "answers_missing", data: { missing } });
    if (this.losesReplies) throw offline();
    return this.snapshot();
  }

  async submit(_lease: string, digest: Record<string, number>): Promise<Receipt> {
    this.enter("submit");
    const error = this.submitErrors.shift();
    if (error) throw error;
    const missing = this.server.missing(digest);
    if (missing.length > 0) throw new ApiError(409, { code: "answers_missing", data: { missing } });
    this.state = "submitted";
    this.receipt = "receipt-1";
    return { receipt: this.receipt, submitted_at: 7, answered: Object.keys(digest).length, total: 2 };
  }
}

export class FakeSocket {
  calls: [string, string, object][] = [];
  followers = new Map<string, { onSnapshot?: (state: any, head: number) => void; onEvent?: (event: any) => void }>();
  endReason: string | undefined;
  connectionId: string | undefined = "conn";
  private statusRuns: ((status: string) => void)[] = [];

  onStatus(run: (status: string) => void): () => void {
    this.statusRuns.push(run);
    run("open");
    return () => {};
  }
  tell(status: string, reason?: string): void {
    this.endReason = reason;
    for (const run of this.statusRuns) run(status);
  }
  subscribe(topic: string, follower: any): () => void {
    this.followers.set(topic, follower);
    return () => {};
  }
  /** What the server answers to a call; as in the contract, an explanation gives the whole incident. */
  answers: Record<string, unknown> = {};

  async call(topic: string, name: string, data: object): Promise<unknown> {
    this.calls.push([topic, name, data]);
    return this.answers[name] ?? null;
  }
  async waitOpen(): Promise<void> {}
  push(topic: string, t: string, d: object): void {
    this.followers.get(topic)?.onEvent?.({ t, d, top: topic });
  }
  close(): void {}
}

/** The device's copy in small; it outlives the room like the real one. */
export class SmallShelf implements PaperShelf {
  paper: Paper | null = null;
  claims = 0;
  private isOwned = false;

  claim(): boolean {
    this.claims += 1;
    const was = this.isOwned;
    this.isOwned = true;
    return was;
  }
  /** Somebody signs out in another tab. */
  purge(): void {
    this.isOwned = false;
    this.paper = null;
  }
  read(): Promise<Paper | null> {
    return Promise.resolve(structuredClone(this.paper));
  }
  keep(paper: Paper): Promise<void> {
    if (this.isOwned) this.paper = structuredClone(paper);
    return Promise.resolve();
  }
  forget(): Promise<void> {
    this.paper = null;
    return Promise.resolve();
  }
}

let attempts = 0;

/** One candidate's attempt, with as many rooms (tabs) as a test opens. */
export class Place {
  readonly attempt: number;
  readonly clock = new HandClock(() => 0.5, settlePromises);
  readonly api = new FakeApi(this.clock);
  readonly store = new MemoryStore();
  readonly papers = new SmallShelf();
  pageKept = false;
  readonly sockets: FakeSocket[] = [];
  private serverClock: ServerClock | null = null;
  private readonly rooms: Room[] = [];
  /** Let the newest file arrive at the server. */
  arrive: (id: string) => void = () => {};

  constructor() {
    attempts += 1;
    this.attempt = attempts;
  }

  makeRoom(openStore: () => Promise<AnswerStore> = () => Promise.resolve(this.store)): Room {
    const room = new Room({
      attempt: this.attempt,
      api: this.api as unknown as AttemptApi,
      clock: (this.serverClock = new ServerClock(this.clock.now(), () => this.clock.now())),
      surroundings: this.clock,
      tabs: new Tabs(this.attempt),
      openStore,
      connect: () => {
        const socket = new FakeSocket();
        this.sockets.push(socket);
        return socket as unknown as Socket;
      },
      device: "test",
      startUpload: (file, _purpose, { onChange }) => this.startUpload(file, onChange),
      papers: this.papers,
      keepPage: () => {
        this.pageKept = true;
        return Promise.resolve(true);
      },
      forgetPage: () => (this.pageKept = false),
    });
    this.rooms.push(room);
    return room;
  }

  async openRoom(): Promise<Room> {
    const room = this.makeRoom();
    await room.open();
    return room;
  }

  /** A file stays on its way until the test lets it arrive. */
  private startUpload(file: File, onChange: (view: UploadView) => void): Upload {
    const view: UploadView = {
      phase: "sending", name: file.name, size: file.size, share: 0.5, status: null, code: "", reason: "",
    };
    let end: (view: UploadView) => void = () => {};
    const received = new Promise<UploadView>((resolve) => {
      end = resolve;
    });
    const change = (part: Partial<UploadView>) => {
      Object.assign(view, part);
      onChange({ ...view });
      end({ ...view });
    };
    onChange({ ...view });
    this.arrive = (id) => change({ phase: "received", status: { id } as UploadStatus });
    return { view, received, abort: () => view.phase === "sending" && change({ phase: "aborted" }) };
  }

  /** Server time as the newest room has it. */
  serverNow(): number {
    return this.serverClock?.now() ?? 0;
  }

  /** The newest socket. */
  get socket(): FakeSocket {
    return this.sockets.at(-1) as FakeSocket;
  }

  close(): void {
    for (const room of this.rooms) room.close();
  }
}

export const offline = (): ApiError => new ApiError(0, { code: "offline" });
