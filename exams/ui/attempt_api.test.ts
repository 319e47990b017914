import { beforeEach, describe, expect, it, vi } from "vitest";
import { ApiError } from "$web/api";
import { AttemptApi, HttpTransport, outcomeOf } from "./attempt_api";
import { ServerClock } from "./clock";
import type { SaveReply } from "./wire";

const NOTHING = { saved: [], held: [] };
const answers = [{ question: 7, seq: 5, value: "x", text: "why", clientAt: 3 }];
const reply = {
  saved: { 7: 5 },
  refused: {},
  held: [],
  state: "running",
  deadline: 9,
  server_time: 5_000,
  last_command_seq: 2,
};

/** What the browser's fetch answers; the requests it saw. */
function serve(status: number, body: unknown) {
  const requests: [string, RequestInit][] = [];
  const text = typeof body === "string" ? body : JSON.stringify(body);
  vi.stubGlobal("fetch", (url: string, init: RequestInit) => {
    requests.push([url, init]);
    return Promise.resolve(new Response(text, { status }));
  });
  return requests;
}

function transport(onReply: (reply: SaveReply) => void = () => {}) {
  const clock = new ServerClock(0, () => 100);
  return { clock, queue: new HttpTransport(new AttemptApi(12), clock, onReply) };
}

beforeEach(() => {
  document.cookie = "csrftoken=token-1";
});

describe("outcomeOf", () => {
  it.each([
    [409, "lease_lost", { kind: "stopped", gate: "moved", kept: NOTHING }],
    [423, "paused", { kind: "stopped", gate: "paused", kept: NOTHING }],
    [409, "attempt_ended", { kind: "stopped", gate: "over", kept: NOTHING }],
    [401, "sign_in_needed", { kind: "stopped", gate: "signed_out", kept: NOTHING }],
    [403, "forbidden", { kind: "stopped", gate: "denied", kept: NOTHING }],
    [404, "attempt_unknown", { kind: "stopped", gate: "denied", kept: NOTHING }],
    [400, "bad_message", { kind: "rejected", code: "bad_message" }],
    [413, "too_large", { kind: "rejected", code: "too_large" }],
    [409, "not_started", { kind: "unreachable", retryAfterMs: 0 }],
    [500, "server_error", { kind: "unreachable", retryAfterMs: 0 }],
    [503, "try_again", { kind: "unreachable", retryAfterMs: 0 }],
    [0, "offline", { kind: "unreachable", retryAfterMs: 0 }],
  ])("%i %s", (status, code, outcome) => {
    expect(outcomeOf(new ApiError(status, { code }))).toEqual(outcome);
  });

  it("tells which late answers the server has or keeps", () => {
    const data = { state: "expired", saved: [7], held: [8, 9] };
    expect(outcomeOf(new ApiError(409, { code: "attempt_ended", data }))).toEqual({
      kind: "stopped",
      gate: "over",
      kept: { saved: [7], held: [8, 9] },
    });
  });

  it("waits as long as it is asked to, and takes anything unknown for a network that failed", () => {
    expect(outcomeOf(new ApiError(429, { code: "too_many" }, 30_000))).toEqual({
      kind: "unreachable",
      retryAfterMs: 30_000,
    });
    expect(outcomeOf(new SyntaxError("not JSON"))).toEqual({ kind: "unreachable", retryAfterMs: 0 });
  });
});

describe("HttpTransport", () => {
  it("sends what the contract says and hands the reply on", async () => {
    const requests = serve(200, reply);
    const seen: unknown[] = [];
    const { queue, clock } = transport((given) => seen.push(given));
    expect(await queue.save("lease-1", answers, true)).toEqual({
      kind: "answered",
      saved: { 7: 5 },
      refused: {},
      held: [],
      serverTime: 5_000,
    });
    const [url, init] = requests[0] ?? ["", {}];
    expect(url).toBe("/api/attempts/12/answers");
    expect(init.method).toBe("POST");
    expect(init.keepalive).toBe(true);
    expect((init.headers as Record<string, string>)["X-CSRFToken"]).toBe("token-1");
    expect(JSON.parse(String(init.body))).toEqual({
      lease: "lease-1",
      answers: [{ question: 7, seq: 5, value: "x", text: "why", client_at: 3 }],
    });
    expect(seen).toEqual([reply]);
    expect(clock.now()).toBe(5_000);
  });

  it.each(["<html>Please sign in</html>", "{}", '{"saved": {}}', '{"saved": {}, "refused": {}}', "null", ""])(
    "never takes %s with status 200 for an acknowledgement",
    async (body) => {
      serve(200, body);
      expect(await transport().queue.save("l", answers, false)).toEqual({ kind: "unreachable", retryAfterMs: 0 });
    },
  );

  it("is not repeated by the client below it: the queue has its own pace", async () => {
    const requests = serve(503, { code: "try_again" });
    await transport().queue.save("l", answers, false);
    expect(requests).toHaveLength(1);
  });
});

describe("AttemptApi", () => {
  it("names its own socket when it takes the lease, so that the server spares it", async () => {
    const requests = serve(200, { lease: "abc" });
    expect(await new AttemptApi(12).takeLease("Firefox", "conn-1")).toBe("abc");
    await new AttemptApi(12).takeLease("Firefox");
    const bodies = requests.map(([, init]) => JSON.parse(String(init.body)) as object);
    expect(bodies).toEqual([{ device: "Firefox", connection: "conn-1" }, { device: "Firefox" }]);
  });

  it("asks, starts and hands in at the addresses of the contract", async () => {
    const requests = serve(200, {});
    const api = new AttemptApi(12);
    await api.snapshot();
    await api.start("l");
    await api.submit("l", { 7: 5 });
    expect(requests.map(([url, init]) => `${init.method} ${url}`)).toEqual([
      "GET /api/attempts/12",
      "POST /api/attempts/12/start",
      "POST /api/attempts/12/submit",
    ]);
  });
});
