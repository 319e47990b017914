import { beforeEach, describe, expect, it, vi } from "vitest";
import { Autosave, type SaveOutcome, type Transport } from "../autosave";
import { MemoryStore } from "./store";
import { HandClock, Network, SmallServer, settle } from "./testing";

let clock: HandClock;
let server: SmallServer;
let network: Network;

function queue(store = new MemoryStore(), transport: Transport = network, onNewer = () => {}) {
  return new Autosave(store, transport, clock, onNewer);
}

function opened(store = new MemoryStore(), transport: Transport = network, onNewer = () => {}) {
  const autosave = queue(store, transport, onNewer);
  autosave.open(server.lease);
  return autosave;
}

beforeEach(() => {
  clock = new HandClock();
  server = new SmallServer();
  network = new Network(server, clock);
});

describe("two places at once", () => {
  it("asks for the snapshot when the server holds a newer answer, and takes that over", async () => {
    let asked = 0;
    server.answers.set(7, { seq: 9_999_999_999, value: "from the other device", text: null, saved_at: 5 });
    const autosave = opened(new MemoryStore(), network, () => {
      asked += 1;
    });
    autosave.edit(7, "old", "done");
    await clock.pass(60_000);
    expect(asked).toBe(1);
    expect(autosave.ledger.get(7)?.progress).not.toBe("saved");
    autosave.meetServer(server.snapshot());
    expect(autosave.ledger.get(7)).toMatchObject({ value: "from the other device", progress: "saved" });
    autosave.edit(7, "newest", "done");
    await settle();
    expect(server.answers.get(7)?.value).toBe("newest");
  });

  it("takes over what another tab kept on this device", async () => {
    const store = new MemoryStore();
    const autosave = opened(store);
    autosave.edit(7, "mine", "done");
    await settle();
    await store.keep({ question: 7, seq: 2_000_000_000, value: "of the other tab", text: "and why", clientAt: 1 });
    await autosave.adoptFromStore(7);
    await settle();
    expect(server.answers.get(7)).toMatchObject({ value: "of the other tab", text: "and why" });
  });

  it("gives an edit a new number when another tab used the same", async () => {
    const store = new MemoryStore();
    vi.spyOn(store, "keep").mockResolvedValueOnce({ kept: false, seq: 5_000_000_000 });
    const autosave = opened(store);
    autosave.edit(7, "mine", "done");
    await settle();
    expect(server.answers.get(7)?.value).toBe("mine");
    expect(server.answers.get(7)?.seq).toBeGreaterThan(5_000_000_000);
  });
});

describe("the device's store", () => {
  it("is done without, visibly, when it is full", async () => {
    const store = new MemoryStore();
    Object.defineProperty(store, "durable", { value: true });
    vi.spyOn(store, "keep").mockRejectedValue(new DOMException("full", "QuotaExceededError"));
    const autosave = opened(store);
    expect(autosave.status().durable).toBe(true);
    autosave.edit(7, "a", "done");
    await settle();
    expect(autosave.status().durable).toBe(false);
    expect(server.answers.get(7)?.value).toBe("a");
  });

  it("is done without when it cannot be read", async () => {
    const store = new MemoryStore();
    Object.defineProperty(store, "durable", { value: true });
    vi.spyOn(store, "load").mockRejectedValue(new Error("gone"));
    const autosave = queue(store);
    expect(await autosave.restore()).toBeNull();
    expect(autosave.status().durable).toBe(false);
  });

  it("gives back the answers and the view after a reload", async () => {
    const store = new MemoryStore();
    network.weather = () => "lost";
    const before = opened(store);
    before.edit(7, "a", "done");
    before.keepView({ current: 7, marked: [3] });
    await before.settled();
    network.weather = () => "fine";
    const after = queue(store);
    expect(await after.restore()).toEqual({ current: 7, marked: [3] });
    after.meetServer({});
    after.open(server.lease);
    await settle();
    expect(server.answers.get(7)?.value).toBe("a");
  });

  it("is wiped on a confirmed hand-in, and nothing is sent after", async () => {
    const store = new MemoryStore();
    const autosave = opened(store);
    autosave.edit(7, "a", "done");
    await settle();
    await autosave.wipe();
    expect((await store.load()).answers).toEqual([]);
    autosave.edit(7, "b", "done");
    await settle();
    expect(server.answers.get(7)?.value).toBe("a");
  });
});

describe("leaving the page", () => {
  it("sends what waits even though a request is on its way", async () => {
    const calls: boolean[] = [];
    const transport: Transport = {
      save: (_lease, _answers, keepalive) => {
        calls.push(keepalive);
        return new Promise(() => {});
      },
    };
    const autosave = opened(new MemoryStore(), transport);
    autosave.edit(7, "a", "done");
    await settle();
    autosave.edit(8, "b", "typing");
    autosave.farewell();
    expect(calls).toEqual([false, true]);
  });

  it("goes on trying when the page stayed after all", async () => {
    network.weather = () => "lost";
    const autosave = opened();
    autosave.edit(7, "a", "typing");
    autosave.farewell();
    await settle();
    network.weather = () => "fine";
    await clock.pass(20_000);
    expect(server.answers.get(7)?.value).toBe("a");
  });

  it("which fails after all has arrived does not hold the next answer back", async () => {
    const ends: ((outcome: SaveOutcome) => void)[] = [];
    const sent: unknown[] = [];
    const transport: Transport = {
      save: (_lease, answers) => {
        sent.push(...answers.map((answer) => answer.value));
        return new Promise((resolve) => ends.push(resolve));
      },
    };
    const autosave = opened(new MemoryStore(), transport);
    autosave.edit(7, "a", "done");
    await settle();
    autosave.farewell();
    const saved = { 7: autosave.ledger.get(7)?.seq ?? 0 };
    ends[0]?.({ kind: "answered", saved, refused: {}, held: [], serverTime: 5 });
    await settle();
    ends[1]?.({ kind: "unreachable", retryAfterMs: 0 });
    await clock.pass(20_000);
    autosave.edit(8, "b", "done");
    await settle();
    expect(sent).toEqual(["a", "a", "b"]);
  });
});
