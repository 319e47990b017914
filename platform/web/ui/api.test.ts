import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { ApiError, backOff, call, cookie, fragment, get, post } from "$web/api";

type Answer = Response | Error;
let answers: Answer[];
let asked: { url: string; init: RequestInit }[];

function json(status: number, body: unknown, headers: Record<string, string> = {}): Response {
  return new Response(JSON.stringify(body), { status, headers });
}

beforeEach(() => {
  answers = [];
  asked = [];
  vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout"] });
  vi.stubGlobal("fetch", async (url: string, init: RequestInit) => {
    asked.push({ url, init });
    const answer = answers.shift();
    if (!answer) throw new TypeError("no more answers");
    if (answer instanceof Error) throw answer;
    return answer;
  });
});

afterEach(() => {
  vi.useRealTimers();
  vi.unstubAllGlobals();
});

async function failureOf(promise: Promise<unknown>): Promise<ApiError> {
  const caught = promise.then(
    () => null,
    (error: unknown) => error,
  );
  await vi.runAllTimersAsync();
  const error = await caught;
  expect(error).toBeInstanceOf(ApiError);
  return error as ApiError;
}

describe("a call", () => {
  it("returns the JSON of the answer", async () => {
    answers = [json(200, { saved: 3 })];
    expect(await get("/api/x")).toEqual({ saved: 3 });
    expect(asked[0]?.init.method).toBe("GET");
  });

  it("sends a body with the token, and a form as it is", async () => {
    document.cookie = "csrftoken=abc%3D";
    answers = [json(200, null), json(200, null)];
    await post("/api/x", { a: 1 });
    const headers = asked[0]?.init.headers as Record<string, string>;
    expect(headers["X-CSRFToken"]).toBe("abc=");
    expect(asked[0]?.init.body).toBe('{"a":1}');
    await post("/uploads/", new FormData());
    expect(asked[1]?.init.body).toBeInstanceOf(FormData);
    expect((asked[1]?.init.headers as Record<string, string>)["Content-Type"]).toBeUndefined();
  });

  it("carries code, words and data of a refusal and is not repeated", async () => {
    answers = [json(409, { code: "lease_lost", detail: "Go on there.", data: { lease: 2 } })];
    const error = await failureOf(post("/api/x", {}, { idempotent: true }));
    expect([error.status, error.code, error.message, error.data]).toEqual([409, "lease_lost", "Go on there.", { lease: 2 }]);
    expect(asked).toHaveLength(1);
    expect(error.isTemporary).toBe(false);
  });

  it("knows a proxy's page from our JSON", async () => {
    answers = [new Response("<html>Bad gateway</html>", { status: 502 })];
    const error = await failureOf(post("/api/x", {}));
    expect([error.status, error.code, error.isTemporary]).toEqual([502, "server_error", true]);
  });

  it("knows a login page by its redirect", async () => {
    const redirect = json(200, null);
    Object.defineProperties(redirect, { type: { value: "opaqueredirect" }, ok: { value: false } });
    answers = [redirect];
    const error = await failureOf(get("/api/x"));
    expect([error.code, error.isSignedOut]).toEqual(["signed_out", true]);
  });
});

describe("a repetition", () => {
  it("happens for a lost connection when it does no harm", async () => {
    answers = [new TypeError("failed to fetch"), json(503, { code: "busy" }), json(200, "ok")];
    const result = get("/api/x");
    await vi.runAllTimersAsync();
    expect(await result).toBe("ok");
    expect(asked).toHaveLength(3);
  });

  it("never happens for a call that is not idempotent", async () => {
    answers = [new TypeError("failed to fetch"), json(200, "ok")];
    const error = await failureOf(post("/api/x", {}));
    expect([error.code, error.isOffline]).toEqual(["offline", true]);
    expect(asked).toHaveLength(1);
  });

  it("ends after its tries", async () => {
    answers = Array.from({ length: 9 }, () => json(503, { code: "busy" }));
    const error = await failureOf(get("/api/x", { tries: 3 }));
    expect(error.code).toBe("busy");
    expect(asked).toHaveLength(3);
  });

  it("waits as long as the server asks", async () => {
    answers = [json(429, { code: "too_many" }, { "Retry-After": "7" }), json(200, "ok")];
    const result = get("/api/x");
    await vi.advanceTimersByTimeAsync(6_900);
    expect(asked).toHaveLength(1);
    await vi.advanceTimersByTimeAsync(200);
    expect(await result).toBe("ok");
  });

  it("stops when the page no longer wants it", async () => {
    const stop = new AbortController();
    answers = [json(503, {}), json(200, "ok")];
    const result = call("GET", "/api/x", undefined, { idempotent: true, signal: stop.signal }).catch((error: unknown) => error);
    await vi.advanceTimersByTimeAsync(1);
    stop.abort(new Error("left"));
    await vi.runAllTimersAsync();
    expect(await result).toEqual(new Error("left"));
    expect(asked).toHaveLength(1);
  });

  it("pauses longer each time, with jitter, up to a bound", () => {
    expect([1, 2, 3].map((n) => backOff(n, () => 1))).toEqual([400, 800, 1600]);
    expect(backOff(1, () => 0)).toBe(200);
    expect(backOff(40, () => 1)).toBe(8000);
  });
});

it("a time-out is told apart from a lost connection", async () => {
  vi.stubGlobal("AbortSignal", { timeout: () => ({ aborted: true }), any: () => ({ aborted: true }) });
  answers = [new DOMException("timed out", "TimeoutError")];
  expect((await failureOf(post("/api/x", {}))).code).toBe("timeout");
});

it("a cookie that is not there is empty", () => {
  expect(cookie("no-such-cookie")).toBe("");
});

describe("a fragment", () => {
  it("is the HTML as the server drew it, and a form is posted", async () => {
    answers = [new Response("<p>one</p>"), new Response("")];
    expect(await fragment("/part")).toBe("<p>one</p>");
    expect(asked[0]?.init.method).toBe("GET");
    expect(await fragment("/part", new FormData())).toBe("");
    expect(asked[1]?.init.method).toBe("POST");
  });

  it("is never the login page", async () => {
    answers = [Object.defineProperties(new Response("login"), { type: { value: "opaqueredirect" }, ok: { value: false } })];
    expect((await failureOf(fragment("/part"))).isSignedOut).toBe(true);
    expect(asked[0]?.init.redirect).toBe("manual");
  });
});
