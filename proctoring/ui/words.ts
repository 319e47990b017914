/** What the board says in words: states, incidents, commands. */
import { formatClock, formatNumber, t, tn } from "$web/i18n";
import { verdictText } from "$proctoring/verdict";
import type { Command, Filter, Incident, LinkChange, LogEntry, Mark, Row, TileView } from "$proctoring/wall";

export function filterName(filter: Filter): string {
  const names: Record<Filter, string> = {
    all: t("All"),
    waiting: t("Not started"),
    working: t("Working"),
    attention: t("Attention"),
    offline: t("Offline"),
    paused: t("Paused"),
    done: t("Handed in"),
    absent: t("Absent"),
  };
  return names[filter];
}

/** What one mark of a tile says. */
export function markWord(view: TileView, { kind }: Mark, now: number): string {
  if (kind === "incident") return view.incident ? incidentName(view.incident.kind) : "";
  if (kind === "help") return view.help ? t("Asks for help %(age)s", { age: formatClock(now - view.help.asked_at) }) : "";
  if (kind === "link") return awayWord(view.net.since, now);
  const state = view.row.state;
  if (state === "ready") return view.net.state === "online" ? t("In the lobby") : t("Not here yet");
  return stateName(state);
}

/** What an invigilator has to know of this candidate before anything happens; empty for most. */
export function needsOf(row: Pick<Row, "exemptions" | "breaks" | "break_s" | "note">): string[] {
  const exempt: Record<string, string> = {
    camera: t("No camera"),
    lock: t("Leaving the page is no incident"),
    second_person: t("A second person may be present"),
    reader: t("Reads with a screen reader, or is read to"),
  };
  const needs = row.exemptions.map((name) => exempt[name] ?? name);
  const minutes = formatNumber(Math.round(row.break_s / 60));
  if (row.breaks > 0) {
    needs.push(tn("%(count)s break of %(minutes)s min", "%(count)s breaks of %(minutes)s min", row.breaks, { minutes }));
  }
  return row.note ? [...needs, row.note] : needs;
}

function awayWord(since: number | null, now: number): string {
  return since === null ? t("Offline") : t("Offline %(age)s", { age: formatClock(now - since) });
}

export function stateName(state: string): string {
  const names: Record<string, string> = {
    ready: t("Not started"),
    running: t("Working"),
    paused: t("Paused"),
    submitted: t("Handed in"),
    expired: t("Time over"),
    terminated: t("Ended by staff"),
    absent: t("Absent"),
  };
  return names[state] ?? state;
}

export function incidentName(kind: string): string {
  const names: Record<string, string> = {
    focus_lost: t("Left the page"),
    fullscreen_left: t("Left full screen"),
    paste: t("Pasted text"),
    camera_off: t("Camera off"),
    camera_denied: t("Camera refused"),
    second_device: t("Second device"),
    connection_lost: t("Connection lost"),
    clock_jump: t("Clock changed"),
  };
  return names[kind] ?? kind;
}

export function incidentFact(incident: Incident): string {
  const amount = Math.round(incident.amount);
  const facts: Record<string, string> = {
    seconds: tn("%(count)s second", "%(count)s seconds", amount),
    characters: tn("%(count)s character", "%(count)s characters", amount),
    times: "",
  };
  const times = incident.count > 1 ? tn("%(count)s time", "%(count)s times", incident.count) : "";
  return [facts[incident.unit] ?? "", times].filter(Boolean).join(" · ");
}

/** What was noticed, how much of it and how often. */
export function incidentText(incident: Incident): string {
  return [incidentName(incident.kind), incidentFact(incident)].filter(Boolean).join(" · ");
}

export function commandName(command: Pick<Command, "kind" | "extra_s">): string {
  const names: Record<string, string> = {
    message: t("Message"),
    pause: t("Pause"),
    resume: t("Resume"),
    extend: t("%(minutes)s min more", { minutes: formatNumber(Math.round(command.extra_s / 60), { signDisplay: "always" }) }),
    force_submit: t("Hand in"),
    terminate: t("End the attempt"),
  };
  return names[command.kind] ?? command.kind;
}

/** A line of the log without its time and name. */
export function logText(entry: LogEntry): string {
  switch (entry.kind) {
    case "command":
      return `${commandName(entry.command)} · ${deliveryName(entry.command.state)}`;
    case "link":
      return linkName(entry.link);
    case "asked":
      return t("asks for help");
    case "answered":
      return t("%(name)s answered", { name: entry.help.answered_by });
    case "noticed":
      return incidentText(entry.incident);
    case "decided":
      return `${incidentName(entry.incident.kind)} · ${verdictText(entry.incident)}`;
  }
}

/** The person's own words in a line of the log, if there are any. */
export function logWords(entry: LogEntry): string {
  if (entry.kind === "command") return entry.command.text;
  if (entry.kind === "asked") return entry.help.text;
  if (entry.kind === "noticed") return entry.incident.statement;
  if (entry.kind === "decided") return entry.incident.reason;
  return entry.kind === "answered" ? entry.help.reply : "";
}

function linkName({ link, is_back }: LinkChange): string {
  if (link === "camera") return is_back ? t("camera is back") : t("camera lost");
  return is_back ? t("connected again") : t("connection lost");
}

export function deliveryName(state: Command["state"]): string {
  const names: Record<string, string> = { sent: t("sent"), delivered: t("delivered"), applied: t("applied") };
  return names[state] ?? state;
}

/** Seconds since the last durable save, in words for a tile. */
export function saveAge(view: TileView, now: number): string {
  const at = view.row.last_saved_at;
  if (at === null) return t("nothing saved yet");
  const seconds = Math.max(0, Math.floor((now - at) / 1000));
  if (seconds < 90) return t("saved %(count)s s ago", { count: seconds });
  return t("saved %(count)s min ago", { count: Math.floor(seconds / 60) });
}

/** The candidate's clock, to the same second as in the exam room; in a pause it stands where it stood. */
export function timeLeft({ row: { state, deadline, paused_at: pausedAt } }: TileView, now: number): string {
  if (deadline === null) return "";
  const left = (at: number) => formatClock(Math.ceil((deadline - at) / 1000) * 1000);
  return state === "paused" && pausedAt !== null ? `Ⅱ ${left(pausedAt)}` : left(now);
}
