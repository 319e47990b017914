import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { ApiError } from "$web/api";
import type { Socket } from "$web/socket";
import type { AttemptApi, Receipt, SaveReply, Snapshot } from "../attempt_api";
import { MemoryStore } from "../autosave/store";
import { HandClock, SmallServer, settle, settlePromises } from "../autosave/testing";
import type { KeptAnswer } from "../autosave/ledger";
import { ServerClock } from "../clock";
import type { AttemptState, Question } from "../paper";
import { screenOf } from "../player";
import { Room } from "./room";
import { Tabs } from "./tabs";
import { SNAPSHOT } from "./testing";

const QUESTIONS = [11, 12].map((id) => ({ id, number: id - 10, kind: "char" }) as Question);

/** The candidate API in small; `down` makes every call fail as the network would. */
class FakeApi {
  readonly server = new SmallServer();
  state: AttemptState = "running";
  sitting = "running";
  down: ApiError | null = null;
  calls: string[] = [];
  leases = 0;
  receipt: string | null = null;
  submitErrors: ApiError[] = [];
  deadline: number | null = 9_000_000;

  constructor(private readonly clock: HandClock) {}

  private enter(call: string): void {
    this.calls.push(call);
    if (this.down) throw this.down;
  }

  async snapshot(): Promise<Snapshot> {
    this.enter("snapshot");
    return {
      ...SNAPSHOT,
      sitting: { ...SNAPSHOT.sitting, state: this.sitting as "running" },
      state: this.state,
      deadline: this.deadline,
      server_time: this.clock.now(),
      lease: this.server.lease.slice(0, 8),
      questions: this.state === "running" ? QUESTIONS : null,
      answers: this.state === "running" ? this.server.snapshot() : {},
      receipt: this.receipt,
      submitted_at: this.receipt ? 7 : null,
      total: 2,
    };
  }

  async takeLease(): Promise<string> {
    this.enter("lease");
    this.leases += 1;
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
    if (lease !== this.server.lease) throw new ApiError(409, { code: "lease_lost" });
    if (this.state === "paused") throw new ApiError(423, { code: "paused" });
    if (this.state !== "running") throw new ApiError(409, { code: "attempt_ended" });
    const outcome = this.server.save(lease, answers, this.clock.now());
    if (outcome.kind !== "answered") throw new Error("unreachable");
    const { saved, refused } = outcome;
    const server_time = this.clock.now();
    return { saved, refused, state: this.state, deadline: this.deadline, server_time, last_command_seq: 0 };
  }

  async submit(_lease: string, digest: Record<string, number>): Promise<Receipt> {
    this.enter("submit");
    const error = this.submitErrors.shift();
    if (error) throw error;
    this.state = "submitted";
    this.receipt = "receipt-1";
    return { receipt: this.receipt, submitted_at: 7, answered: Object.keys(digest).length, total: 2 };
  }
}

class FakeSocket {
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
  async call(topic: string, name: string, data: object): Promise<unknown> {
    this.calls.push([topic, name, data]);
    return null;
  }
  async waitOpen(): Promise<void> {}
  push(topic: string, t: string, d: object): void {
    this.followers.get(topic)?.onEvent?.({ t, d, top: topic });
  }
  close(): void {}
}

let clock: HandClock;
let api: FakeApi;
let sockets: FakeSocket[];
let store: MemoryStore;
const rooms: Room[] = [];
let attempt = 0;

function makeRoom(openStore = () => Promise.resolve(store)): Room {
  const room = new Room({
    attempt,
    api: api as unknown as AttemptApi,
    clock: new ServerClock(clock.now(), () => clock.now()),
    surroundings: clock,
    tabs: new Tabs(attempt),
    openStore,
    connect: () => {
      const socket = new FakeSocket();
      sockets.push(socket);
      return socket as unknown as Socket;
    },
    device: "test",
  });
  rooms.push(room);
  return room;
}

async function openRoom(): Promise<Room> {
  const room = makeRoom();
  await room.open();
  return room;
}

const newest = (): FakeSocket => sockets.at(-1) as FakeSocket;
const offline = () => new ApiError(0, { code: "offline" });

beforeEach(() => {
  attempt += 1;
  clock = new HandClock(() => 0.5, settlePromises);
  api = new FakeApi(clock);
  sockets = [];
  store = new MemoryStore();
});

afterEach(() => {
  for (const room of rooms.splice(0)) room.close();
});

describe("opening", () => {
  it("takes the lease and shows the questions of a running attempt", async () => {
    const room = await openRoom();
    expect(api.calls).toEqual(["snapshot", "lease"]);
    expect(screenOf(room.state)).toBe("question");
    expect(room.state.queue.gate).toBe("open");
  });

  it("starts a ready attempt when the sitting runs, and only then", async () => {
    api.state = "ready";
    api.sitting = "lobby";
    const room = await openRoom();
    expect(api.calls).not.toContain("start");
    expect(screenOf(room.state)).toBe("waiting");
    api.sitting = "running";
    await room.takeBack();
    expect(screenOf(room.state)).toBe("question");
  });

  it("goes on trying without a network, and says so", async () => {
    api.down = offline();
    const room = makeRoom();
    const opening = room.open();
    await clock.pass(2_000);
    expect(room.state.fault).toBe("offline");
    expect(screenOf(room.state)).toBe("failed");
    api.down = null;
    await clock.pass(20_000);
    await opening;
    expect(screenOf(room.state)).toBe("question");
    expect(room.state.fault).toBe("");
  });

  it("gives up on an attempt that is not ours", async () => {
    api.down = new ApiError(404, { code: "attempt_unknown" });
    const room = await openRoom();
    await clock.pass(60_000);
    expect(api.calls).toEqual(["snapshot"]);
    expect(room.state.fault).toBe("attempt_unknown");
  });

  it("sends what an earlier page kept on this device", async () => {
    await store.keep({ question: 11, seq: 4_000_000_000, value: "kept", clientAt: 1 });
    const room = await openRoom();
    await settlePromises();
    expect(api.server.answers.get(11)?.value).toBe("kept");
    expect(room.state.answers[11]?.progress).toBe("saved");
  });

  it("works without a store on the device and warns", async () => {
    const room = makeRoom(() => Promise.reject(new Error("no IndexedDB")));
    await room.open();
    room.answer(11, "a", "done");
    await settlePromises();
    expect(room.state.queue.durable).toBe(false);
    expect(api.server.answers.get(11)?.value).toBe("a");
  });

  it("shows the receipt of an attempt that was handed in before", async () => {
    api.state = "submitted";
    api.receipt = "earlier";
    const room = await openRoom();
    expect(screenOf(room.state)).toBe("receipt");
    expect(room.state.receipt).toMatchObject({ receipt: "earlier", total: 2 });
  });
});

describe("lease", () => {
  it("closes when another tab or device takes over, and can be taken back without loss", async () => {
    const room = await openRoom();
    api.server.lease = "otherone-rest";
    newest().push(`attempt:${attempt}`, "attempt.lease_taken", { lease: "otherone", device: "x" });
    expect(screenOf(room.state)).toBe("moved");
    room.answer(11, "not here", "done");
    await settlePromises();
    expect(api.server.answers.size).toBe(0);
    await room.takeBack();
    expect(screenOf(room.state)).toBe("question");
    room.answer(11, "here", "done");
    await settlePromises();
    expect(api.server.answers.get(11)?.value).toBe("here");
  });

  it("is not shaken by the news of its own lease", async () => {
    const room = await openRoom();
    newest().push(`attempt:${attempt}`, "attempt.lease_taken", { lease: api.server.lease.slice(0, 8), device: "x" });
    expect(room.state.queue.gate).toBe("open");
  });

  it("is noticed on the next save, and keeps that answer for the next owner", async () => {
    const room = await openRoom();
    api.server.lease = "otherone-rest";
    room.answer(11, "typed in the old tab", "done");
    await settlePromises();
    expect(screenOf(room.state)).toBe("moved");
    expect((await store.read(11))?.value).toBe("typed in the old tab");
    await room.takeBack();
    await settlePromises();
    expect(api.server.answers.get(11)?.value).toBe("typed in the old tab");
  });

  it("moves at once between two tabs of one device, with what was not sent", async () => {
    api.down = null;
    const first = await openRoom();
    first.answer(11, "from the first tab", "typing");
    await settlePromises();
    const second = await openRoom();
    await settle();
    expect(screenOf(first.state)).toBe("moved");
    expect(api.server.answers.get(11)?.value).toBe("from the first tab");
    expect(second.state.answers[11]?.value).toBe("from the first tab");
  });

  it("a socket that was replaced shows it", async () => {
    const room = await openRoom();
    newest().tell("ended", "replaced");
    expect(screenOf(room.state)).toBe("moved");
    await room.takeBack();
    expect(sockets).toHaveLength(2);
    expect(screenOf(room.state)).toBe("question");
  });
});

describe("signed out", () => {
  it("keeps everything, and goes on when the candidate has signed in again", async () => {
    const room = await openRoom();
    api.down = new ApiError(401, { code: "signed_out" });
    room.answer(11, "typed while signed out", "done");
    await settlePromises();
    newest().tell("ended", "signed_out");
    expect(room.state.queue).toMatchObject({ gate: "signed_out", waiting: 1 });
    expect(screenOf(room.state)).toBe("question");
    await room.resume();
    expect(room.state.queue.gate).toBe("signed_out");
    api.down = null;
    await room.resume();
    await settlePromises();
    expect(api.server.answers.get(11)?.value).toBe("typed while signed out");
    expect(sockets.length).toBeGreaterThan(1);
  });
});

describe("invigilators", () => {
  it("pause hides the questions, keeps what was typed, and ends by itself", async () => {
    const room = await openRoom();
    room.answer(11, "half a sen", "typing");
    api.state = "paused";
    newest().push(`attempt:${attempt}`, "attempt.changed", { state: "paused", deadline: null, reason: "Fire alarm" });
    expect(screenOf(room.state)).toBe("paused");
    expect(room.state.hold?.reason).toBe("Fire alarm");
    await clock.pass(60_000);
    expect(api.server.answers.size).toBe(0);
    api.state = "running";
    api.deadline = 9_600_000;
    newest().push(`attempt:${attempt}`, "attempt.changed", { state: "running", deadline: 9_600_000, reason: "" });
    await settlePromises();
    expect(screenOf(room.state)).toBe("question");
    expect(room.state.deadline).toBe(9_600_000);
    expect(api.server.answers.get(11)?.value).toBe("half a sen");
  });

  it("does not doubt its saved answers because a pause hides them", async () => {
    const room = await openRoom();
    room.answer(11, "a", "done");
    await settlePromises();
    api.state = "paused";
    await room.refresh();
    expect(room.state.queue).toMatchObject({ gate: "paused", waiting: 0 });
    expect(room.state.questions).toHaveLength(2);
  });

  it("a pause that only a save reveals works the same", async () => {
    const room = await openRoom();
    api.state = "paused";
    room.answer(11, "a", "done");
    await settlePromises();
    expect(room.state.queue.gate).toBe("paused");
    await room.refresh();
    expect(screenOf(room.state)).toBe("paused");
  });

  it("commands are confirmed as delivered, then as applied by the candidate's seen", async () => {
    const room = await openRoom();
    const command = { id: "c1", seq: 1, kind: "extend", text: "Alarm", extra_s: 300, by: "Ivo", issued_at: 5 };
    newest().push(`watch:${attempt}`, "command.issued", { command });
    newest().push(`watch:${attempt}`, "command.issued", { command });
    expect(room.state.notices).toHaveLength(1);
    room.seen("c1");
    newest().push(`watch:${attempt}`, "command.issued", { command });
    expect(room.state.notices).toHaveLength(0);
    const words = newest().calls.map(([topic, name, data]) => [topic, name, (data as { outcome: string }).outcome]);
    expect(words).toEqual(
      ["delivered", "delivered", "applied", "applied"].map((word) => [`watch:${attempt}`, "watch.ack", word]),
    );
  });

  it("an answer of the server that is older than the last command changes nothing", async () => {
    const room = await openRoom();
    const command = { id: "c1", seq: 3, kind: "extend", text: "", extra_s: 60, by: "Ivo", issued_at: 5 };
    newest().push(`watch:${attempt}`, "command.issued", { command });
    newest().push(`attempt:${attempt}`, "attempt.changed", { state: "running", deadline: 9_060_000, reason: "" });
    room.answer(11, "a", "done");
    await settlePromises();
    expect(room.state.answers[11]?.progress).toBe("saved");
    expect(room.state.deadline).toBe(9_060_000);
  });

  it("commands that came during an absence are in the snapshot of the topic", async () => {
    const room = await openRoom();
    const command = { id: "c1", seq: 1, kind: "message", text: "Hello", extra_s: 0, by: "Ivo", issued_at: 5 };
    newest().followers.get(`watch:${attempt}`)?.onSnapshot?.({ commands: [command], help: [], watchers: ["Ivo"] }, 0);
    expect(room.state).toMatchObject({ notices: [{ id: "c1" }], watchers: ["Ivo"] });
  });

  it("a raised hand is kept with its answer", async () => {
    const room = await openRoom();
    await room.askForHelp("I cannot read question 2");
    const [, name, data] = newest().calls.at(-1) ?? [];
    expect(name).toBe("watch.help");
    const help = { ...room.state.help[0], reply: "I come", answered_at: 9, answered_by: "Ivo" };
    newest().push(`watch:${attempt}`, "help.replied", { help });
    expect(room.state.help).toEqual([expect.objectContaining({ reply: "I come", id: (data as { help_id: string }).help_id })]);
  });
});

describe("handing in", () => {
  it("saves everything first, confirms by the digest, and wipes the device", async () => {
    const room = await openRoom();
    room.answer(11, "a", "typing");
    const handed = room.submit();
    expect(room.state.handingIn).toBe(true);
    await clock.pass(1_000);
    await handed;
    expect(api.calls.indexOf("save")).toBeLessThan(api.calls.indexOf("submit"));
    expect(screenOf(room.state)).toBe("receipt");
    expect(room.state.receipt).toMatchObject({ receipt: "receipt-1", answered: 1 });
    expect((await store.load()).answers).toEqual([]);
  });

  it("sends again what the server says is missing", async () => {
    const room = await openRoom();
    room.answer(11, "a", "done");
    await settlePromises();
    api.server.answers.clear();
    api.submitErrors = [new ApiError(409, { code: "answers_missing", data: { missing: [11] } })];
    const handed = room.submit();
    await clock.pass(10_000);
    await handed;
    expect(api.server.answers.get(11)?.value).toBe("a");
    expect(screenOf(room.state)).toBe("receipt");
  });

  it("waits for the network and then goes through by itself", async () => {
    const room = await openRoom();
    room.answer(11, "a", "done");
    await settlePromises();
    api.down = offline();
    const handed = room.submit();
    await clock.pass(60_000);
    expect(room.state).toMatchObject({ handingIn: true, receipt: null });
    api.down = null;
    await clock.pass(30_000);
    await handed;
    expect(screenOf(room.state)).toBe("receipt");
  });

  it("can be called off while it waits", async () => {
    const room = await openRoom();
    api.down = offline();
    const handed = room.submit();
    await clock.pass(5_000);
    room.cancelSubmit();
    api.down = null;
    await clock.pass(60_000);
    await handed;
    expect(api.calls.filter((call) => call === "submit").length).toBeGreaterThan(0);
    expect(room.state).toMatchObject({ handingIn: false, receipt: null });
    expect(screenOf(room.state)).toBe("question");
  });

  it("shows the end when the server ended the attempt meanwhile", async () => {
    const room = await openRoom();
    api.state = "expired";
    api.submitErrors = [new ApiError(409, { code: "attempt_ended" })];
    const handed = room.submit();
    await clock.pass(2_000);
    await handed;
    expect(screenOf(room.state)).toBe("ended");
  });

  it("does not hide a refusal", async () => {
    const room = await openRoom();
    api.submitErrors = [new ApiError(400, { code: "bad_message" })];
    const handed = room.submit();
    await clock.pass(2_000);
    await handed;
    expect(room.state).toMatchObject({ handingIn: false, fault: "bad_message" });
  });
});

describe("the deadline", () => {
  it("sends what was typed, takes nothing more, and asks how it ended", async () => {
    api.deadline = clock.now() + 10_000;
    const room = await openRoom();
    await clock.pass(9_900);
    room.answer(11, "in time", "typing");
    await clock.pass(100);
    room.tick();
    room.answer(11, "too late", "done");
    await settlePromises();
    expect(api.server.answers.get(11)?.value).toBe("in time");
    expect(room.isTimeUp()).toBe(true);
    api.state = "expired";
    api.receipt = "auto";
    for (let second = 0; second < 7; second += 1) {
      await clock.pass(1_000);
      room.tick();
    }
    expect(screenOf(room.state)).toBe("receipt");
  });

  it("asks no more often than every five seconds", async () => {
    api.deadline = clock.now() + 1_000;
    const room = await openRoom();
    const before = api.calls.length;
    for (let second = 0; second < 21; second += 1) {
      await clock.pass(1_000);
      room.tick();
    }
    expect(api.calls.length - before).toBeLessThanOrEqual(5);
  });
});

describe("where the candidate was", () => {
  it("is found again after a reload, with the marks", async () => {
    const before = await openRoom();
    before.go({ type: "marked", question: 12 });
    before.go({ type: "stepped", by: 1 });
    await settlePromises();
    const after = await openRoom();
    expect(after.state).toMatchObject({ current: 12, marked: { 12: true } });
  });

  it("stepping sends what was typed", async () => {
    const room = await openRoom();
    room.answer(11, "typed", "typing");
    room.go({ type: "stepped", by: 1 });
    await settlePromises();
    expect(api.server.answers.get(11)?.value).toBe("typed");
  });
});

it("says nothing to a socket that is gone", async () => {
  const room = makeRoom();
  await expect(room.askForHelp("?")).rejects.toMatchObject({ code: "offline" });
  vi.restoreAllMocks();
});
