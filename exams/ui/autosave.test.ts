import { beforeEach, describe, expect, it, vi } from "vitest";
import { Autosave, type SaveOutcome, type Transport } from "./autosave";
import { MemoryStore } from "./autosave/store";
import { HandClock, Network, SmallServer, settle } from "./autosave/testing";

let clock: HandClock;
let server: SmallServer;
let network: Network;
const NOTHING = { saved: [], held: [] };

function queue(store = new MemoryStore(), transport: Transport = network, onNewer = () => {}) {
  return new Autosave(store, transport, clock, onNewer);
}

function opened(store = new MemoryStore(), transport: Transport = network, onNewer = () => {}) {
  const autosave = queue(store, transport, onNewer);
  autosave.open(server.lease);
  return autosave;
}

/** A transport that gives these outcomes in turn, then stays silent. */
function scripted(...outcomes: SaveOutcome[]) {
  const sent: number[][] = [];
  const transport: Transport = {
    save: (_lease, answers) => {
      sent.push(answers.map((answer) => answer.question));
      const outcome = outcomes.shift();
      return outcome ? Promise.resolve(outcome) : new Promise(() => {});
    },
  };
  return { transport, sent };
}

beforeEach(() => {
  clock = new HandClock();
  server = new SmallServer();
  network = new Network(server, clock);
});

describe("when an answer goes out", () => {
  it("sends a choice at once", async () => {
    opened().edit(7, [1], "done");
    await settle();
    expect(server.answers.get(7)?.value).toEqual([1]);
  });

  it("waits for a rest in the typing and sends only the last text", async () => {
    const autosave = opened();
    for (const text of ["a", "ab", "abc"]) {
      autosave.edit(7, text, "typing");
      await clock.pass(799);
    }
    expect(network.requests).toHaveLength(0);
    await clock.pass(1);
    expect(network.requests.map((batch) => batch.map((answer) => answer.value))).toEqual([["abc"]]);
  });

  it("does not wait for ever while the typing goes on", async () => {
    const autosave = opened();
    for (let turn = 0; turn < 12; turn += 1) {
      autosave.edit(7, "x".repeat(turn), "typing");
      await clock.pass(500);
    }
    expect(network.requests.length).toBeGreaterThanOrEqual(1);
  });

  it("sends what was typed when the candidate leaves the field", async () => {
    const autosave = opened();
    autosave.edit(7, "abc", "typing");
    autosave.flush();
    await settle();
    expect(server.answers.get(7)?.value).toBe("abc");
  });

  it("sends nothing without a lease, and everything once it has one", async () => {
    const autosave = queue();
    autosave.edit(7, "abc", "done");
    await clock.pass(60_000);
    expect(network.requests).toHaveLength(0);
    autosave.open(server.lease);
    await settle();
    expect(server.answers.get(7)?.value).toBe("abc");
  });

  it("has one request on its way and at most twenty answers in it", async () => {
    const { transport, sent } = scripted();
    const autosave = opened(new MemoryStore(), transport);
    for (let question = 1; question <= 50; question += 1) autosave.edit(question, "x", "done");
    await clock.pass(120_000);
    expect(sent).toHaveLength(1);
    network = new Network(server, clock);
    const second = queue();
    for (let question = 1; question <= 50; question += 1) second.edit(question, "x", "done");
    second.open(server.lease);
    await settle();
    expect(network.requests.map((batch) => batch.length)).toEqual([20, 20, 10]);
  });

  it("is on the device before it is on the way", async () => {
    const order: string[] = [];
    const store = new MemoryStore();
    vi.spyOn(store, "keep").mockImplementation(async () => {
      await settle(2);
      order.push("kept");
      return { kept: true };
    });
    const transport: Transport = {
      save: (_lease, answers) => {
        order.push("sent");
        return Promise.resolve(server.save(server.lease, answers, clock.now()));
      },
    };
    opened(store, transport).edit(7, "a", "done");
    await settle();
    expect(order).toEqual(["kept", "sent"]);
  });

  it("goes out all the same when the device's store hangs", async () => {
    const store = new MemoryStore();
    vi.spyOn(store, "keep").mockReturnValue(new Promise(() => {}));
    opened(store).edit(7, "a", "done");
    await clock.pass(1_499);
    expect(network.requests).toHaveLength(0);
    await clock.pass(1);
    expect(server.answers.get(7)?.value).toBe("a");
  });
});

describe("what is called saved", () => {
  it("is only what the server named with the same number", async () => {
    const { transport } = scripted({ kind: "answered", saved: { 7: 5 }, refused: {}, held: [], serverTime: 1 });
    const autosave = opened(new MemoryStore(), transport);
    autosave.edit(7, "a", "done");
    await settle();
    expect(autosave.ledger.get(7)?.progress).toBe("waiting");
    expect(autosave.status()).toMatchObject({ waiting: 1, lastSavedAt: null });
  });

  it("carries the server's time", async () => {
    const autosave = opened();
    autosave.edit(7, "a", "done");
    expect(autosave.status().waiting).toBe(1);
    await settle();
    expect(autosave.status()).toMatchObject({ waiting: 0, lastSavedAt: 1_000_000 });
    expect(autosave.ledger.get(7)).toMatchObject({ progress: "saved", savedAt: 1_000_000 });
  });

  it("is not the older text when the candidate typed on during the request", async () => {
    let answer: (outcome: SaveOutcome) => void = () => {};
    const requests: string[] = [];
    const transport: Transport = {
      save: (_lease, [sent]) => {
        requests.push(String(sent?.value));
        return new Promise((resolve) => {
          answer = resolve;
        });
      },
    };
    const autosave = opened(new MemoryStore(), transport);
    autosave.edit(7, "a", "done");
    await settle();
    const first = autosave.ledger.get(7)?.seq ?? 0;
    autosave.edit(7, "ab", "typing");
    answer({ kind: "answered", saved: { 7: first }, refused: {}, held: [], serverTime: 9 });
    await settle();
    expect(autosave.ledger.get(7)?.progress).toBe("waiting");
    expect(requests).toEqual(["a", "ab"]);
  });

  it("loses its word when the server's snapshot does not show it", async () => {
    const autosave = opened();
    autosave.edit(7, "a", "done");
    await settle();
    server.answers.clear();
    autosave.meetServer(server.snapshot());
    await settle();
    expect(server.answers.get(7)?.value).toBe("a");
    expect(autosave.ledger.get(7)?.progress).toBe("saved");
  });
});

describe("failures", () => {
  it("tries again later and later, and says since when", async () => {
    network.weather = () => "lost";
    const autosave = opened();
    autosave.edit(7, "a", "done");
    await clock.pass(60_000);
    const gaps = network.requests.length;
    expect(gaps).toBeGreaterThanOrEqual(6);
    expect(gaps).toBeLessThanOrEqual(12);
    expect(autosave.status().failingSince).toBe(1_000_000);
    network.weather = () => "fine";
    await clock.pass(15_000);
    expect(autosave.status()).toMatchObject({ waiting: 0, failingSince: null });
  });

  it("does not hammer a server that is down, however fast the candidate clicks", async () => {
    network.weather = () => "lost";
    const autosave = opened();
    for (let click = 0; click < 40; click += 1) {
      autosave.edit(7, [click], "done");
      autosave.flush();
      await clock.pass(100);
    }
    expect(network.requests.length).toBeLessThanOrEqual(6);
  });

  it("tries at once when the network is back", async () => {
    network.weather = () => "lost";
    const autosave = opened();
    autosave.edit(7, "a", "done");
    await clock.pass(30_000);
    network.weather = () => "fine";
    autosave.retry();
    await settle();
    expect(server.answers.get(7)?.value).toBe("a");
  });

  it("waits as long as the server asks", async () => {
    const { transport, sent } = scripted({ kind: "unreachable", retryAfterMs: 30_000 });
    opened(new MemoryStore(), transport).edit(7, "a", "done");
    await clock.pass(29_999);
    expect(sent).toHaveLength(1);
    await clock.pass(1_000);
    expect(sent).toHaveLength(2);
  });

  it("finds the one answer the server rejects and saves the others", async () => {
    const transport: Transport = {
      save: (lease, answers) =>
        Promise.resolve(
          answers.some((answer) => answer.value === "bad")
            ? { kind: "rejected", code: "bad_message" }
            : server.save(lease, answers, clock.now()),
        ),
    };
    const autosave = queue(new MemoryStore(), transport);
    autosave.edit(1, "good", "done");
    autosave.edit(2, "bad", "done");
    autosave.edit(3, "good", "done");
    autosave.open(server.lease);
    await clock.pass(60_000);
    expect([...server.answers.keys()].sort()).toEqual([1, 3]);
    expect(autosave.ledger.get(2)).toMatchObject({ progress: "refused", code: "bad_message" });
    expect(autosave.status()).toMatchObject({ waiting: 0, refused: 1 });
    autosave.edit(2, "better", "done");
    await settle();
    expect(server.answers.get(2)?.value).toBe("better");
  });

  it("keeps a refused answer, with its code, and does not send it again by itself", async () => {
    const { transport, sent } = scripted({
      kind: "answered",
      saved: {},
      refused: { 7: "late" },
      held: [],
      serverTime: 5,
    });
    const autosave = opened(new MemoryStore(), transport);
    autosave.edit(7, "a", "done");
    await clock.pass(60_000);
    expect(sent).toHaveLength(1);
    expect(autosave.ledger.get(7)).toMatchObject({ progress: "refused", code: "late", value: "a" });
  });

  it("says held of a late answer that the server keeps for a decision", async () => {
    const reply = { saved: {}, refused: { 7: "late", 8: "late" }, held: [7], serverTime: 5 };
    const { transport } = scripted({ kind: "answered", ...reply });
    const autosave = queue(new MemoryStore(), transport);
    autosave.edit(7, "a", "done");
    autosave.edit(8, "b", "done");
    autosave.open(server.lease);
    await settle();
    expect(autosave.status()).toMatchObject({ waiting: 0, held: 1, refused: 1 });
    expect(autosave.ledger.digest()).toEqual({});
  });

  it("does not turn in circles when the server decides nothing", async () => {
    const outcomes = Array.from({ length: 50 }, (): SaveOutcome => {
      return { kind: "answered", saved: {}, refused: {}, held: [], serverTime: 5 };
    });
    const { transport, sent } = scripted(...outcomes);
    opened(new MemoryStore(), transport).edit(7, "a", "done");
    await clock.pass(10_000);
    expect(sent.length).toBeLessThanOrEqual(7);
  });
});

describe("gates", () => {
  it.each(["signed_out", "denied", "paused"] as const)(
    "stops at %s without losing or trying on, and goes on when it opens",
    async (gate) => {
      const { transport, sent } = scripted({ kind: "stopped", gate, kept: NOTHING });
      const autosave = opened(new MemoryStore(), transport);
      autosave.edit(7, "a", "done");
      await clock.pass(600_000);
      autosave.edit(8, "b", "done");
      await clock.pass(600_000);
      expect(sent).toHaveLength(1);
      expect(autosave.status()).toMatchObject({ gate, waiting: 2 });
      autosave.open("lease-2");
      await settle();
      expect(sent).toEqual([[7], [7, 8]]);
    },
  );

  it.each([
    ["submitted", "over", "attempt_ended"],
    ["running", "moved", "lease_lost"],
  ] as const)("%s: sends all that waits once, in turn, for a person's decision", async (state, gate, code) => {
    const autosave = queue();
    for (let question = 1; question <= 45; question += 1) autosave.edit(question, "x", "done");
    server.lease = "another-lease";
    server.state = state;
    autosave.open("lease-1");
    await clock.pass(600_000);
    expect(network.requests.map((batch) => batch.length)).toEqual([20, 20, 5]);
    expect(server.held.size).toBe(45);
    expect(autosave.status()).toMatchObject({ gate, waiting: 0, held: 45, refused: 0 });
    expect(autosave.ledger.get(45)).toMatchObject({ progress: "held", code });
  });

  it("tells saved, held and not kept apart after the end", async () => {
    const autosave = opened();
    autosave.edit(1, "in time", "done");
    await settle();
    const { value, seq } = autosave.ledger.get(1) ?? { value: null, seq: 0 };
    server.state = "submitted";
    const reloaded = queue();
    reloaded.ledger.adopt({ question: 1, seq, value, text: null, clientAt: 1 });
    reloaded.edit(2, "late", "done");
    reloaded.setGate("over");
    await settle();
    server.holdsLateWork = false;
    reloaded.edit(3, "too much", "done");
    await settle();
    expect([1, 2, 3].map((id) => reloaded.ledger.get(id)?.progress)).toEqual(["saved", "held", "refused"]);
  });

  it("hands late work over although the network fails in between", async () => {
    const autosave = queue();
    autosave.edit(7, "x", "done");
    network.weather = () => "lost";
    autosave.setGate("over");
    server.state = "submitted";
    await clock.pass(60_000);
    expect(server.held.size).toBe(0);
    network.weather = () => "fine";
    await clock.pass(15_000);
    expect(server.held.get(7)).toBe("x");
  });

  it("sends as answers what was only handed over, once the lease is back", async () => {
    const autosave = opened();
    server.lease = "lease-2";
    autosave.edit(7, "x", "done");
    await settle();
    expect(server.answers.size).toBe(0);
    autosave.open("lease-2");
    await settle();
    expect(server.answers.get(7)?.value).toBe("x");
    expect(autosave.ledger.get(7)).toMatchObject({ progress: "saved", code: "" });
  });

  it("ignores what is said of a lease it no longer uses", async () => {
    let answer: (outcome: SaveOutcome) => void = () => {};
    const transport: Transport = {
      save: () =>
        new Promise((resolve) => {
          answer = resolve;
        }),
    };
    const autosave = opened(new MemoryStore(), transport);
    autosave.edit(7, "a", "done");
    await settle();
    autosave.open("lease-2");
    answer({ kind: "stopped", gate: "moved", kept: NOTHING });
    await settle();
    expect(autosave.status().gate).toBe("open");
  });
});
