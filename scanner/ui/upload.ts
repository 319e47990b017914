/**
 * Sends one file to quarantine with progress, then follows its check until there is a verdict.
 *
 * XMLHttpRequest, because fetch tells nothing about the bytes that were sent. The server says
 * "received" only when the file is on its disk; from then on the page may be left or closed.
 */

import { cookie, get } from "$web/api";
import { formatDate, formatNumber, formatPercent, t } from "$web/i18n";

export type UploadPurpose = "answer" | "chat" | "question" | "roster";
export type ServerState = "quarantined" | "scanning" | "clean" | "infected" | "refused" | "purged";

/** Answer of POST /uploads/ and of GET /uploads/<id>/status. */
export interface UploadStatus {
  id: string;
  name: string;
  size: number;
  mime: string;
  purpose: UploadPurpose;
  state: ServerState;
  reason: string;
  received_at: number;
  /** Whether this site has a scanner at all. */
  scanner: boolean;
  /** Where the content can be had; null unless it was found clean. */
  url: string | null;
}

/**
 * sending → received (kept, its check is pending) → clean | rejected;
 * sending → failed (nothing was kept; `retry` may help) | aborted.
 */
export type UploadPhase = "sending" | "received" | "clean" | "rejected" | "failed" | "aborted";

export interface UploadView {
  phase: UploadPhase;
  name: string;
  size: number;
  /** Share of the bytes that left this device, 0 to 1. */
  share: number;
  /** Set from `received` on. */
  status: UploadStatus | null;
  /** Code of the refusal, when failed. */
  code: string;
  reason: string;
}

export interface Upload {
  readonly view: UploadView;
  /** Settles when the server keeps the file (id known) or the sending ended otherwise. */
  readonly received: Promise<UploadView>;
  /** Stop: nothing is kept while sending; afterwards only the watching ends. */
  abort(): void;
}

export interface UploadOptions {
  url?: string;
  onChange?: (view: UploadView) => void;
  /** For tests. */
  request?: () => XMLHttpRequest;
}

const MIB = 1024 * 1024;
/** Largest sizes in bytes; the same numbers as scanner/domain.py (a test compares them). */
export const LIMIT_BYTES: Record<UploadPurpose, number> = {
  answer: 25 * MIB,
  chat: 10 * MIB,
  question: 25 * MIB,
  roster: 5 * MIB,
};
const FIRST_LOOK_MS = 800;
const LONGEST_LOOK_MS = 15_000;
const SILENCE_MS = 60_000;

/** Send a file; `onChange` hears of every step until the verdict. */
export function startUpload(file: File, purpose: UploadPurpose, options: UploadOptions = {}): Upload {
  const view: UploadView = {
    phase: "sending", name: file.name, size: file.size, share: 0, status: null, code: "", reason: "",
  };
  const tell = () => options.onChange?.({ ...view });
  let stopWatching = () => {};
  let request: XMLHttpRequest | null = null;

  const end = (change: Partial<UploadView>) => {
    Object.assign(view, change);
    tell();
    return { ...view };
  };
  const received = new Promise<UploadView>((resolve) => {
    const problem = problemOf(file, purpose);
    if (problem) {
      resolve(end({ phase: "failed", ...problem }));
      return;
    }
    request = send(file, purpose, options, {
      progress: (share) => end({ share }),
      answered: (change) => {
        resolve(end(change));
        if (view.status) stopWatching = watchUpload(view.status, (status) => end(viewOf(status)));
      },
    });
  });
  tell();
  return {
    view,
    received,
    abort() {
      stopWatching();
      if (view.phase === "sending") request?.abort();
    },
  };
}

/** Ask for the state, less and less often, until there is a verdict. Returns how to stop. */
export function watchUpload(first: UploadStatus, onChange: (status: UploadStatus) => void): () => void {
  const stop = new AbortController();
  void follow(first, onChange, stop.signal);
  return () => stop.abort();
}

async function follow(
  first: UploadStatus, onChange: (status: UploadStatus) => void, signal: AbortSignal,
): Promise<void> {
  let known = first;
  let pause = FIRST_LOOK_MS;
  while (isPending(known)) {
    await new Promise((resolve) => setTimeout(resolve, pause));
    if (signal.aborted) return;
    pause = Math.min(pause * 1.5, LONGEST_LOOK_MS);
    const next = await look(known.id, signal);
    if (signal.aborted) return;
    if (next && (next.state !== known.state || next.scanner !== known.scanner)) onChange(next);
    known = next ?? known;
  }
}

async function look(id: string, signal: AbortSignal): Promise<UploadStatus | null> {
  try {
    return await get<UploadStatus>(`/uploads/${id}/status`, { signal, tries: 1 });
  } catch {
    return null; // offline or a hiccup: the next look comes anyway
  }
}

/** State of an upload that was made earlier (reload of the page), as a view. */
export function viewOf(status: UploadStatus): UploadView {
  return {
    phase: phaseOf(status.state), name: status.name, size: status.size, share: 1, status,
    code: "", reason: status.reason,
  };
}

function phaseOf(state: ServerState): UploadPhase {
  if (state === "clean") return "clean";
  return state === "quarantined" || state === "scanning" ? "received" : "rejected";
}

function isPending(status: UploadStatus): boolean {
  return phaseOf(status.state) === "received";
}

function problemOf(file: File, purpose: UploadPurpose): { code: string; reason: string } | null {
  if (file.size === 0) return { code: "file_refused", reason: "empty" };
  if (file.size > LIMIT_BYTES[purpose]) return { code: "file_too_large", reason: "" };
  return null;
}

interface Steps {
  progress(share: number): void;
  answered(change: Partial<UploadView>): void;
}

function send(file: File, purpose: UploadPurpose, options: UploadOptions, steps: Steps): XMLHttpRequest {
  const request = options.request?.() ?? new XMLHttpRequest();
  const form = new FormData();
  form.set("purpose", purpose);
  form.set("file", file);
  let silence: ReturnType<typeof setTimeout> | undefined;
  let wentSilent = false;
  const heard = () => {
    clearTimeout(silence);
    silence = setTimeout(() => {
      wentSilent = true;
      request.abort();
    }, SILENCE_MS);
  };
  const answer = (change: Partial<UploadView>) => {
    clearTimeout(silence);
    steps.answered(change);
  };
  request.open("POST", options.url ?? "/uploads/");
  request.setRequestHeader("Accept", "application/json");
  request.setRequestHeader("X-CSRFToken", cookie("csrftoken"));
  request.upload.onprogress = (event) => {
    heard();
    if (event.lengthComputable && event.total > 0) steps.progress(event.loaded / event.total);
  };
  request.onload = () => answer(answerOf(request));
  request.onerror = () => answer({ phase: "failed", code: "offline" });
  request.onabort = () => answer(wentSilent ? { phase: "failed", code: "offline" } : { phase: "aborted" });
  request.send(form);
  heard();
  return request;
}

function answerOf(request: XMLHttpRequest): Partial<UploadView> {
  try {
    if (request.status === 201) return viewOf(JSON.parse(request.responseText) as UploadStatus);
    const body = JSON.parse(request.responseText) as { code?: string; data?: { reason?: string } };
    return { phase: "failed", code: body.code ?? "server_error", reason: body.data?.reason ?? "" };
  } catch {
    return { phase: "failed", code: request.status === 413 ? "file_too_large" : "server_error" };
  }
}

/** Whether sending the same file again may succeed. */
export function canRetry(view: UploadView): boolean {
  const temporary = ["offline", "server_error", "storage_failed", "upload_aborted", "too_many_waiting"];
  return view.phase === "aborted" || (view.phase === "failed" && temporary.includes(view.code));
}

/** What to tell the person, in one or two short sentences. */
export function describeUpload(view: UploadView, purpose: UploadPurpose): string {
  switch (view.phase) {
    case "sending":
      return t("Sending: %(percent)s", { percent: formatPercent(Math.floor(view.share * 100) / 100) });
    case "received":
      return describePending(view.status);
    case "clean":
      return t("Received and checked: no virus was found.");
    case "aborted":
      return t("Stopped. Nothing was kept.");
    case "rejected":
      return describeRejection(view.reason);
    case "failed":
      return describeFailure(view, purpose);
  }
}

function describePending(status: UploadStatus | null): string {
  const at = status ? formatDate(status.received_at, "time") : "";
  return status?.scanner
    ? t("Received at %(at)s. It is being checked for viruses.", { at })
    : t("Received at %(at)s. No scanner is running: the file is kept and will be checked before anyone can open it.", { at });
}

function describeRejection(reason: string): string {
  if (reason === "changed") return t("This file changed after it was received. Nobody can open it. Please send it again.");
  if (reason.startsWith("Heuristics.")) return t("This file is locked or too deeply packed to be checked. Please send it unpacked and without a password.");
  return t("The scanner found something harmful. Nobody can open this file. Please send a clean copy.");
}

function describeFailure(view: UploadView, purpose: UploadPurpose): string {
  switch (view.code) {
    case "file_refused":
      return describeRefusal(view.reason);
    case "file_too_large":
      return t("This file is too large. The limit is %(limit)s MB.", { limit: formatNumber(LIMIT_BYTES[purpose] / MIB) });
    case "too_many_waiting":
      return t("Many of your files still wait for their check. Please try again in a few minutes.");
    case "too_much_today":
      return t("You have sent as many files as one person may within a day. Please tell the invigilator.");
    case "offline":
    case "upload_aborted":
      return t("The connection broke off. Nothing was kept. Please try again.");
    case "storage_failed":
      return t("The server could not store the file. Nothing was kept. Please try again or tell the invigilator.");
    case "upload_not_allowed":
      return t("You may not send files here.");
    case "sign_in_needed":
      return t("You are signed out. Please sign in again.");
    default:
      return t("The file could not be sent. Please try again.");
  }
}

function describeRefusal(reason: string): string {
  switch (reason) {
    case "empty":
      return t("This file is empty.");
    case "bad_name":
      return t("The name of this file has characters that are not allowed. Please rename it.");
    case "double_extension":
      return t("The name of this file hides a program or a web page. Please rename it.");
    case "kind":
      return t("Files of this kind cannot be sent. A PDF, a picture, a text or an Office file can.");
    case "content":
      return t("The content of this file is not what its name says. Please save it again in the right format.");
    case "active_content":
      return t("Web pages and drawings with scripts cannot be sent. Please send a PDF or a picture.");
    case "macros":
      return t("Office files with macros cannot be sent. Please save it without macros.");
    case "encrypted":
      return t("Files with a password cannot be checked. Please remove the password.");
    case "archive":
    case "polyglot":
      return t("This archive is broken, too large or holds programs. Please send the files themselves.");
    default:
      return t("This file cannot be sent.");
  }
}
