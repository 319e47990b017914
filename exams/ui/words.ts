/** The room's sentences for stable codes and states, in the page's language. */
import { formatNumber, formatSpan, t, tn } from "$web/i18n";
import type { CameraState } from "$proctoring/camera";
import type { Question } from "./paper";
import type { Cell } from "./cells";
import type { EarlyEnd } from "./wire";

/** Why an answer was not taken. */
export function refusalText(code: string): string {
  switch (code) {
    case "newer_elsewhere":
      return t("A newer answer from another device was kept instead.");
    case "late":
    case "attempt_ended":
      return t("The exam had ended. This answer is kept on this device.");
    case "unknown_question":
      return t("This question is no longer part of your paper. Tell your invigilator.");
    case "page_closed":
      return t("The page of this question was closed before this answer arrived. Tell your invigilator.");
    case "too_long":
      return t("This answer is too long to be saved. Please shorten it.");
    case "file_unknown":
      return t("The file did not arrive. Please send it again.");
    default:
      return t("The server did not take this answer. Change it, or ask for help.");
  }
}

/** What becomes of an answer that came too late. */
export function heldText(): string {
  return t("This came after your time was over. It is kept, and a grader decides about it.");
}

/** Who ended the sitting for everybody, and why. */
export function earlyEndText({ by, reason }: EarlyEnd): string {
  const values = { reason: isolated(reason) };
  if (by === "chief_invigilator") return t("The chief invigilator has ended this exam for everybody: %(reason)s", values);
  return t("The school's administration has ended this exam for everybody: %(reason)s", values);
}

/** A person's own words inside a sentence, whichever way either is written. */
function isolated(text: string): string {
  return `\u2068${text}\u2069`;
}

/** Why the room does not open, or a hand-in did not go through. */
export function faultText(code: string): string {
  switch (code) {
    case "offline":
    case "timeout":
      return t("There is no connection to the exam server. We keep trying; you need not reload.");
    case "attempt_unknown":
    case "not_found":
      return t("This exam is not yours, or it does not exist. Check that you are signed in as yourself.");
    case "signed_out":
    case "sign_in_needed":
      return t("You are signed out. Sign in again to go on.");
    case "not_open":
      return t("The exam has not begun. This page goes on by itself when it does.");
    case "too_late":
      return t("The time to start has passed. Ask your invigilator.");
    case "answers_required":
      return t("Some questions of this page need an answer before you can continue.");
    case "lease_lost":
      return t("This exam was opened in another tab or on another device.");
    default:
      return t("The exam server has a problem. We keep trying; you need not reload.");
  }
}

/** What the candidate's camera is doing, in one sentence. */
export function cameraText(state: CameraState, watchers: string[]): string {
  switch (state.status) {
    case "off":
      return t("Your camera is off.");
    case "asking":
      return t("Please allow the camera in your browser.");
    case "preview":
      return t("Your camera is on. Only you see this picture.");
    case "connecting":
      return t("Your camera is on. Connecting…");
    case "recovering":
      return t("Your camera is on. The video connection is being restored.");
    case "refused":
      return t("The video server did not accept your camera. Your exam goes on.");
    case "blocked":
      return cameraFaultText(state.fault ?? "missing");
    case "live":
      return watchers.length > 0
        ? t("Your camera · seen by %(names)s", { names: listed(watchers) })
        : t("Your camera · the invigilators can see you");
  }
}

/** Why there is no picture, and what to do about it. */
export function cameraFaultText(fault: NonNullable<CameraState["fault"]>): string {
  switch (fault) {
    case "denied":
      return t("The browser may not use your camera. Allow it beside the address, then try again.");
    case "missing":
      return t("No camera was found. Plug one in, then try again.");
    case "busy":
      return t("Another program uses your camera. Close it, then try again.");
    case "insecure":
      return t("This page is not opened securely, so the browser gives no camera.");
  }
}

function listed(names: string[]): string {
  return new Intl.ListFormat(document.documentElement.lang || "en", { type: "conjunction" }).format(names);
}

/** What these ask is the same whether they offer something or not. */
const IN_ONE_WAY = new Set(["choice", "matching", "ordering"]);

/** What is asked of the answer, in a few words beside the question's number. */
export function taskText(question: Question): string {
  if (question.choices.length > 0 && !IN_ONE_WAY.has(question.kind)) return t("choose one");
  switch (question.kind) {
    case "choice":
      return choiceTask(question);
    case "bool":
      return t("true or false");
    case "text":
      return t("write a text");
    case "file":
      return t("send a file");
    case "ordering":
      return t("put in order");
    case "matching":
      return t("find the pairs");
    case "info":
      return t("for reading");
    case "date":
    case "datetime":
    case "time":
      return t("give a date or time");
    case "rating":
      return t("give a rating");
    case "char":
      return t("short answer");
    default:
      return t("give a number");
  }
}

function choiceTask({ multiple, min_answers: least, max_answers: most }: Question): string {
  if (!multiple) return t("choose one");
  if (most === null) return least > 1 ? t("choose at least %(least)s", { least }) : t("choose all that apply");
  if (least === most) return t("choose exactly %(most)s", { most });
  return least > 1 ? t("choose %(least)s to %(most)s", { least, most }) : t("choose up to %(most)s", { most });
}

/** "5 points"; decimals in the page's digits. */
export function pointsText(points: string): string {
  const value = Number(points);
  if (value === 0) return t("not counted");
  if (value === 1) return t("1 point");
  return tn("%(count)s point", "%(count)s points", value, { count: formatNumber(value) });
}

/** A noted fact, as it is told to the candidate. */
export function incidentText({ kind, amount }: { kind: string; amount: number }): string {
  const span = formatSpan(amount * 1000);
  switch (kind) {
    case "focus_lost":
      return t("You left this page for %(span)s.", { span });
    case "paste":
      return tn("%(count)s character was pasted.", "%(count)s characters were pasted.", Math.round(amount));
    case "camera_off":
      return t("Your camera was away for %(span)s.", { span });
    case "camera_denied":
      return t("The camera was not allowed.");
    case "connection_lost":
      return t("The connection was lost for %(span)s.", { span });
    case "second_device":
      return t("This exam was opened on a second device.");
    case "fullscreen_left":
      return t("The full screen was left for %(span)s.", { span });
    default:
      return t("Something unusual was noted.");
  }
}

/** One cell of the navigator for people who hear it. */
export function cellText(cell: Cell): string {
  const name = cell.info ? t("Information") : t("Question %(number)s", { number: cell.number });
  const words = [
    cell.current && t("on screen"),
    !cell.info && (cell.answered ? t("answered") : t("not answered")),
    cell.marked && t("marked"),
    cell.unsent && t("not sent yet"),
    cell.held && t("kept for a decision"),
    cell.refused && t("not accepted"),
    cell.faulty && t("not in the form that is asked for"),
  ].filter(Boolean);
  return [name, ...words].join(", ");
}

/** "5 minutes left", for the announcements and Alt+T. */
export function timeLeftText(seconds: number): string {
  if (seconds === 0) return t("Your time is over.");
  if (seconds < 60) return tn("%(count)s second left.", "%(count)s seconds left.", seconds);
  const hours = Math.floor(seconds / 3600);
  const minutes = Math.round((seconds % 3600) / 60);
  if (hours === 0) return tn("%(count)s minute left.", "%(count)s minutes left.", minutes);
  return t("%(hours)s and %(minutes)s left.", {
    hours: formatSpan(hours * 3_600_000),
    minutes: formatSpan(minutes * 60_000),
  });
}

/** The seconds of an extension: "5 minutes more". */
export function extraText(seconds: number): string {
  const span = formatSpan(Math.abs(seconds) * 1000);
  return seconds >= 0 ? t("%(span)s more", { span }) : t("%(span)s less", { span });
}
