/** Sentences of the chat: why a message did not go, what the lock means, how a file stands. */
import type { Attachment, Lock } from "$chat/room";
import { formatDate, formatNumber, t } from "$web/i18n";

/** Why an unsent message was not sent, and what to do. */
export function failureText(code: string, isOpen: boolean): string {
  switch (code) {
    case "chat_locked":
      return isOpen
        ? t("Not sent: the chat was locked. Send it now if you still want to.")
        : t("Not sent: the chat is locked. It is kept here; send it yourself when the chat is open.");
    case "post_not_allowed":
      return t("Not sent: you may only read in this room.");
    case "message_refused":
      return t("Not sent: the message is empty or too long.");
    case "attachment_refused":
      return t("Not sent: the file did not pass its check.");
    case "room_not_found":
      return t("Not sent: you no longer belong to this room.");
    case "signed_out":
    case "sign_in_needed":
      return t("Not sent: you are signed out.");
    default:
      return t("Not sent: there was no connection.");
  }
}

/** Sending it again may help. */
export function canSendAgain(code: string): boolean {
  return !["message_refused", "attachment_refused", "room_not_found", "post_not_allowed"].includes(code);
}

/** Why the room cannot be shown. */
export function refusalText(code: string): string {
  if (code === "room_not_found") return t("This room does not exist, or you do not belong to its class.");
  if (code === "chat_locked") return t("This room is closed to you while your own exam runs. Reload the page afterwards.");
  return t("The room could not be opened. Reload the page to try again.");
}

/** A name inside a sentence of another direction stays in one piece. */
export function isolated(name: string): string {
  return `\u2068${name}\u2069`;
}

/** `Linear Algebra · since 10:02 · until 11:30 at the latest`, one line per sitting. */
export function lockLine(lock: Lock, now: number): string {
  const since = formatDate(lock.since, isSameDay(lock.since, now) ? "time" : "datetime");
  if (lock.until === null || lock.until <= now) {
    return t("%(title)s · since %(since)s · until it is closed", { title: isolated(lock.title), since });
  }
  const until = formatDate(lock.until, isSameDay(lock.until, now) ? "time" : "datetime");
  return t("%(title)s · since %(since)s · until %(until)s at the latest", { title: isolated(lock.title), since, until });
}

function isSameDay(a: number, b: number): boolean {
  return formatDate(a, "date") === formatDate(b, "date");
}

/** How the check of a file stands; empty when it can be opened. */
export function fileText(file: Attachment): string {
  switch (file.state) {
    case "clean":
      return "";
    case "quarantined":
    case "scanning":
      return t("Being checked for viruses");
    default:
      return t("Blocked: it did not pass the check");
  }
}

export function sizeText(bytes: number): string {
  const [value, unit] = bytes < 1_000_000 ? [Math.max(1, Math.round(bytes / 1000)), "kilobyte"] : [bytes / 1_000_000, "megabyte"];
  return formatNumber(value, { style: "unit", unit, maximumFractionDigits: 1 });
}
