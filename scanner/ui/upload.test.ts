import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import {
  canRetry,
  describeUpload,
  LIMIT_BYTES,
  startUpload,
  type UploadStatus,
  type UploadView,
  viewOf,
  watchUpload,
} from "./upload";

const STATUS: UploadStatus = {
  id: "0b0e", name: "essay.pdf", size: 5, mime: "application/pdf", purpose: "answer",
  state: "quarantined", reason: "", received_at: 1_795_000_000_000, scanner: true, url: null,
};

/** The half of XMLHttpRequest that upload.ts uses; the test plays the network. */
class FakeRequest {
  upload: { onprogress: ((event: Partial<ProgressEvent>) => void) | null } = { onprogress: null };
  onload: (() => void) | null = null;
  onerror: (() => void) | null = null;
  onabort: (() => void) | null = null;
  status = 0;
  responseText = "";
  sent: FormData | null = null;
  headers: Record<string, string> = {};
  opened: [string, string] | null = null;
  open(method: string, url: string) {
    this.opened = [method, url];
  }
  setRequestHeader(name: string, value: string) {
    this.headers[name] = value;
  }
  send(form: FormData) {
    this.sent = form;
  }
  abort() {
    this.onabort?.();
  }
  answer(status: number, body: unknown) {
    this.status = status;
    this.responseText = typeof body === "string" ? body : JSON.stringify(body);
    this.onload?.();
  }
}

const file = (size = 5, name = "essay.pdf") => {
  const made = new File(["x"], name);
  Object.defineProperty(made, "size", { value: size });
  return made;
};

function start(size = 5) {
  const request = new FakeRequest();
  const seen: UploadView[] = [];
  const upload = startUpload(file(size), "answer", {
    request: () => request as unknown as XMLHttpRequest,
    onChange: (view) => seen.push(view),
  });
  return { request, seen, upload };
}

function serve(...answers: (UploadStatus | "offline")[]) {
  const fetching = vi.fn(async () => {
    const answer = answers.length > 1 ? answers.shift() : answers[0];
    if (answer === "offline") throw new TypeError("offline");
    return new Response(JSON.stringify(answer), { status: 200 });
  });
  vi.stubGlobal("fetch", fetching);
  return fetching;
}

beforeEach(() => vi.useFakeTimers());
afterEach(() => {
  vi.useRealTimers();
  vi.unstubAllGlobals();
});

describe("sending", () => {
  it("posts the file with its purpose and the token, and tells how far it is", async () => {
    document.cookie = "csrftoken=abc";
    serve(STATUS);
    const { request, seen, upload } = start();
    expect(request.opened).toEqual(["POST", "/uploads/"]);
    expect(request.headers["X-CSRFToken"]).toBe("abc");
    expect(request.sent?.get("purpose")).toBe("answer");
    expect((request.sent?.get("file") as File).name).toBe("essay.pdf");
    request.upload.onprogress?.({ lengthComputable: true, loaded: 2, total: 8 });
    expect(seen.at(-1)).toMatchObject({ phase: "sending", share: 0.25 });
    request.answer(201, STATUS);
    expect(await upload.received).toMatchObject({ phase: "received", share: 1, status: { id: "0b0e" } });
    upload.abort();
  });

  it("refuses an empty and a too large file without sending a byte", async () => {
    const empty = start(0);
    expect(await empty.upload.received).toMatchObject({ phase: "failed", reason: "empty" });
    const large = start(LIMIT_BYTES.answer + 1);
    expect(await large.upload.received).toMatchObject({ phase: "failed", code: "file_too_large" });
    expect(large.request.opened).toBeNull();
  });

  it("stops on request and keeps nothing", async () => {
    const { upload } = start();
    upload.abort();
    const view = await upload.received;
    expect(view.phase).toBe("aborted");
    expect(canRetry(view)).toBe(true);
  });

  it("gives up on a connection that went silent, and not on a slow one", async () => {
    const { request, upload } = start();
    await vi.advanceTimersByTimeAsync(50_000);
    request.upload.onprogress?.({ lengthComputable: true, loaded: 1, total: 8 });
    await vi.advanceTimersByTimeAsync(50_000);
    expect(upload.view.phase).toBe("sending");
    await vi.advanceTimersByTimeAsync(11_000);
    expect(await upload.received).toMatchObject({ phase: "failed", code: "offline" });
  });

  it("tells a refusal by its code and a server's own page by its status", async () => {
    const refused = start();
    refused.request.answer(415, { code: "file_refused", data: { reason: "macros" } });
    const view = await refused.upload.received;
    expect(view).toMatchObject({ phase: "failed", code: "file_refused", reason: "macros" });
    expect(canRetry(view)).toBe(false);
    const proxied = start();
    proxied.request.answer(413, "<html>too large</html>");
    expect(await proxied.upload.received).toMatchObject({ code: "file_too_large" });
    const broken = start();
    broken.request.onerror?.();
    expect(canRetry(await broken.upload.received)).toBe(true);
  });
});

describe("watching", () => {
  it("follows the check until the verdict, less and less often, through an outage", async () => {
    const clean = { ...STATUS, state: "clean" as const, url: "/uploads/0b0e/file" };
    const fetching = serve(STATUS, "offline", { ...STATUS, state: "scanning" }, clean);
    const { request, seen } = start();
    request.answer(201, STATUS);
    await vi.advanceTimersByTimeAsync(60_000);
    expect(seen.at(-1)).toMatchObject({ phase: "clean", status: { url: "/uploads/0b0e/file" } });
    expect(fetching).toHaveBeenCalledTimes(4);
    await vi.advanceTimersByTimeAsync(60_000);
    expect(fetching).toHaveBeenCalledTimes(4);
  });

  it("hears of an infection", async () => {
    serve({ ...STATUS, state: "infected", reason: "Eicar" });
    const heard: UploadStatus[] = [];
    watchUpload(STATUS, (status) => heard.push(status));
    await vi.advanceTimersByTimeAsync(1_000);
    expect(heard.map(viewOf).map((view) => view.phase)).toEqual(["rejected"]);
  });

  it("ends when told to", async () => {
    const fetching = serve(STATUS);
    const stop = watchUpload(STATUS, () => {});
    stop();
    await vi.advanceTimersByTimeAsync(60_000);
    expect(fetching).not.toHaveBeenCalled();
  });
});

describe("words", () => {
  const failed = (code: string, reason = ""): UploadView => ({
    ...viewOf(STATUS), phase: "failed", status: null, code, reason,
  });

  it("says honestly that no scanner runs", () => {
    const text = describeUpload(viewOf({ ...STATUS, scanner: false }), "answer");
    expect(text).toContain("No scanner is running");
    expect(describeUpload(viewOf(STATUS), "answer")).toContain("being checked");
  });

  it("has a sentence for every end", () => {
    const states = ["clean", "infected", "refused", "purged"] as const;
    const texts = states.map((state) => describeUpload(viewOf({ ...STATUS, state }), "answer"));
    texts.push(describeUpload(viewOf({ ...STATUS, state: "refused", reason: "changed" }), "answer"));
    texts.push(describeUpload(viewOf({ ...STATUS, state: "refused", reason: "Heuristics.Encrypted.Zip" }), "answer"));
    expect(texts.every((text) => text.length > 20)).toBe(true);
    expect(describeUpload({ ...viewOf(STATUS), phase: "sending", share: 0.456 }, "answer")).toContain("45%");
    expect(describeUpload({ ...viewOf(STATUS), phase: "aborted" }, "answer")).toContain("Nothing was kept");
  });

  it("has its own sentence for every refusal of the server", () => {
    const reasons = [
      "empty", "bad_name", "double_extension", "kind", "content", "active_content", "macros", "encrypted", "archive",
    ];
    const codes = [
      "file_too_large", "too_many_waiting", "too_much_today", "offline", "storage_failed", "upload_not_allowed", "sign_in_needed", "?",
    ];
    const texts = [
      ...reasons.map((reason) => describeUpload(failed("file_refused", reason), "answer")),
      ...codes.map((code) => describeUpload(failed(code), "answer")),
    ];
    expect(new Set(texts).size).toBe(texts.length);
    expect(describeUpload(failed("file_too_large"), "chat")).toContain("10 MB");
  });
});
