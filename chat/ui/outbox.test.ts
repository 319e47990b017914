import { beforeEach, describe, expect, it } from "vitest";
import { GIVE_UP_MS, Outbox, type OutboxHooks } from "$chat/outbox";
import type { Unsent } from "$chat/room";

const message = (clientId: string): Unsent => ({ clientId, body: clientId, attachment: null, at: 0, status: "sending", code: "" });
const settle = async () => {
  for (let turn = 0; turn < 60; turn += 1) await Promise.resolve();
};

describe("outbox", () => {
  let log: string[];
  let answers: (string | number)[];
  let now: number;
  let outbox: Outbox;

  beforeEach(() => {
    log = [];
    answers = [];
    now = 0;
    const hooks: OutboxHooks = {
      post: async (one) => {
        log.push(`post ${one.clientId}`);
        const answer = answers.shift() ?? 1;
        if (typeof answer === "string") throw { code: answer };
        return { seq: answer, at: now, again: false };
      },
      posted: (clientId, done) => log.push(`posted ${clientId} ${done.seq}`),
      failed: (clientId, code) => log.push(`failed ${clientId} ${code}`),
      now: () => now,
      wait: async (spanMs) => {
        now += spanMs;
      },
    };
    outbox = new Outbox(hooks);
  });

  it("sends in order, the next one after the answer", async () => {
    answers = [1, 2];
    outbox.add(message("a"));
    outbox.add(message("b"));
    await settle();
    expect(log).toEqual(["post a", "posted a 1", "post b", "posted b 2"]);
  });

  it("tries again under the same id after a lost connection", async () => {
    answers = ["disconnected", "rate_limited", 7];
    outbox.add(message("a"));
    await settle();
    expect(log).toEqual(["post a", "post a", "post a", "posted a 7"]);
  });

  it("does not try again after a lock", async () => {
    answers = ["chat_locked", 2];
    outbox.add(message("a"));
    outbox.add(message("b"));
    await settle();
    expect(log).toEqual(["post a", "failed a chat_locked", "post b", "posted b 2"]);
  });

  it("gives up after a minute: nothing old leaves by itself", async () => {
    answers = Array.from({ length: 100 }, () => "timeout");
    outbox.add(message("a"));
    await settle();
    expect(log.at(-1)).toBe("failed a timeout");
    expect(now).toBeGreaterThan(GIVE_UP_MS);
    expect(now).toBeLessThan(GIVE_UP_MS + 20_000);
  });

  it("a message sent again by the person has its full minute", async () => {
    now = 10 * GIVE_UP_MS;
    answers = ["disconnected", 4];
    outbox.add(message("a"));
    await settle();
    expect(log.at(-1)).toBe("posted a 4");
  });

  it("forgets what was dropped", async () => {
    answers = [1];
    outbox.add(message("a"));
    outbox.add(message("b"));
    outbox.drop("b");
    await settle();
    expect(log).toEqual(["post a", "posted a 1"]);
  });
});
