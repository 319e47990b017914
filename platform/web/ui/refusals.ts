/** Why the server refused a call, and what to do next: what of web/refusals.py a live page needs. */
import { t } from "$web/i18n";

/** Of a call that ended so nobody knows whether it arrived. */
const AWAY: ReadonlySet<string> = new Set(["offline", "timeout", "disconnected", "closed"]);

export function isAway(code: string): boolean {
  return AWAY.has(code);
}

/** The code of what a call was rejected with; a mistake of this page counts as one of the server. */
export function codeOf(error: unknown): string {
  return (error as { code?: string } | null)?.code ?? "server_error";
}

export function refusalText(code: string): string {
  if (isAway(code)) return t("There is no connection now. Try again in a moment.");
  switch (code) {
    case "illegal_move":
      return t("This is not possible any more. Look at what has changed.");
    case "not_allowed":
    case "forbidden":
      return t("Your role does not include this here. If you need it, ask your administrator.");
    case "reason_missing":
      return t("Say why: the student will read it.");
    case "too_much_time":
      return t("This is more time than your role may give. Ask the chief invigilator.");
    case "incident_decided":
      return t("This has been decided. Ask for help if something is missing.");
    case "statement_full":
      return t("That is as much as can be kept. Ask for help to say more.");
    case "help_waiting":
      return t("Your raised hands are on the board. Wait for an answer first.");
    case "rate_limited":
      return t("That was too much at once. Wait a moment, then try again.");
    case "signed_out":
    case "sign_in_needed":
      return t("You are signed out. Sign in again.");
    default:
      return t("Something went wrong on our side and was written to the log. Try again.");
  }
}
