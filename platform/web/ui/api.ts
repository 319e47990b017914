/**
 * HTTP calls to our own server: CSRF, time-outs, typed errors, and retries where they are safe.
 *
 * A call is repeated only when it is idempotent (GET, or `idempotent: true`) and the failure says
 * nothing about the request itself: no connection, time-out, 429, 502, 503, 504.
 */

export interface ErrorBody {
  code: string;
  detail: string;
  data: Record<string, unknown>;
}

/** A refusal or a failure. `code` is stable; `status` is 0 when no answer came. */
export class ApiError extends Error {
  readonly status: number;
  readonly code: string;
  readonly data: Record<string, unknown>;
  /** What the server asked to wait before the next try; undefined when it did not. */
  readonly retryAfterMs: number | undefined;

  constructor(status: number, body: Partial<ErrorBody>, retryAfterMs?: number) {
    super(body.detail || body.code || `HTTP ${status}`);
    this.name = "ApiError";
    this.status = status;
    this.code = body.code ?? "server_error";
    this.data = body.data ?? {};
    this.retryAfterMs = retryAfterMs;
  }

  /** No answer of the server: connection lost or time-out. */
  get isOffline(): boolean {
    return this.status === 0;
  }

  /** The session has ended; the page must be opened again after a login. */
  get isSignedOut(): boolean {
    return this.status === 401;
  }

  /** Trying the same call again later may succeed. */
  get isTemporary(): boolean {
    return this.isOffline || [429, 502, 503, 504].includes(this.status);
  }
}

export interface CallOptions {
  /** Milliseconds for one try; default 10 000. */
  timeoutMs?: number;
  /** Repeating does no harm; default true for GET only. */
  idempotent?: boolean;
  /** Tries in all when idempotent; default 4. */
  tries?: number;
  signal?: AbortSignal;
  headers?: Record<string, string>;
  /** For requests that must outlive the page (hand-in on close). */
  keepalive?: boolean;
}

export const DEFAULT_TIMEOUT_MS = 10_000;
const FIRST_PAUSE_MS = 400;
const LONGEST_PAUSE_MS = 8_000;

/** GET an address. */
export function get<T>(url: string, options: CallOptions = {}): Promise<T> {
  return call<T>("GET", url, undefined, { idempotent: true, ...options });
}

/** POST a JSON body; repeated only with `idempotent: true`. */
export function post<T>(url: string, body: unknown, options: CallOptions = {}): Promise<T> {
  return call<T>("POST", url, body, options);
}

/**
 * Call an address and return the JSON answer.
 *
 * @throws ApiError with the server's code, or `offline`, `timeout`, `server_error`.
 */
export async function call<T>(method: string, url: string, body: unknown, options: CallOptions = {}): Promise<T> {
  const tries = options.idempotent ? (options.tries ?? 4) : 1;
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await once<T>(method, url, body, options);
    } catch (error) {
      if (!(error instanceof ApiError) || !error.isTemporary || attempt >= tries) throw error;
      await pause(error.retryAfterMs ?? backOff(attempt), options.signal);
    }
  }
}

/**
 * Return the HTML of a part of a page, drawn by the server; a form in `body` is posted.
 *
 * @throws ApiError, `isSignedOut` when the session has ended: the login page is nobody's part.
 */
export function fragment(url: string, body?: FormData, options: CallOptions = {}): Promise<string> {
  const headers = { Accept: "text/html", ...options.headers };
  return ask(body ? "POST" : "GET", url, body, { ...options, headers });
}

async function once<T>(method: string, url: string, body: unknown, options: CallOptions): Promise<T> {
  const text = await ask(method, url, body, options);
  return (text ? JSON.parse(text) : null) as T;
}

async function ask(method: string, url: string, body: unknown, options: CallOptions): Promise<string> {
  const stop = AbortSignal.timeout(options.timeoutMs ?? DEFAULT_TIMEOUT_MS);
  const signal = options.signal ? AbortSignal.any([stop, options.signal]) : stop;
  let response: Response;
  let text: string;
  try {
    response = await fetch(url, init(method, body, options, signal));
    text = await response.text();
  } catch (error) {
    if (options.signal?.aborted) throw error;
    throw new ApiError(0, { code: stop.aborted ? "timeout" : "offline" });
  }
  if (!response.ok) throw failure(response, text);
  return text;
}

function init(method: string, body: unknown, options: CallOptions, signal: AbortSignal): RequestInit {
  const headers: Record<string, string> = { Accept: "application/json", ...options.headers };
  if (method !== "GET") headers["X-CSRFToken"] = cookie("csrftoken");
  const sent: RequestInit = { method, headers, signal, credentials: "same-origin", redirect: "manual" };
  if (options.keepalive) sent.keepalive = true;
  if (body instanceof FormData) sent.body = body;
  else if (body !== undefined) {
    headers["Content-Type"] = "application/json";
    sent.body = JSON.stringify(body);
  }
  return sent;
}

function failure(response: Response, text: string): ApiError {
  // A redirect means the login page: answers of the API itself never redirect.
  if (response.type === "opaqueredirect") return new ApiError(401, { code: "signed_out" });
  let body: Partial<ErrorBody> = {};
  try {
    body = JSON.parse(text) as Partial<ErrorBody>;
  } catch {
    body = {}; // a proxy's own page; the status says enough
  }
  const after = Number(response.headers.get("Retry-After"));
  return new ApiError(response.status, body, after > 0 ? after * 1000 : undefined);
}

/** Pause before try `attempt + 1`: doubling, capped, with jitter so that a hall does not return in step. */
export function backOff(attempt: number, random: () => number = Math.random): number {
  const span = Math.min(FIRST_PAUSE_MS * 2 ** (attempt - 1), LONGEST_PAUSE_MS);
  return span * (0.5 + random() / 2);
}

function pause(spanMs: number, signal?: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(resolve, spanMs);
    signal?.addEventListener("abort", () => {
      clearTimeout(timer);
      reject(signal.reason);
    });
  });
}

/** Value of a cookie; empty when it is not set. */
export function cookie(name: string): string {
  const found = document.cookie.split("; ").find((pair) => pair.startsWith(`${name}=`));
  return found ? decodeURIComponent(found.slice(name.length + 1)) : "";
}
