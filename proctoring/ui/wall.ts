/** State of the board as pure functions: what came over the socket in, what is drawn out. */

import type { CommandView, HelpView, IncidentView, LinkView, NetView, ProgressRow, WallState } from "$web/wire";

/** A tile's row: who, where, how far. Later frames hold only the part that changes. */
export type Row = ProgressRow;
export type Incident = IncidentView;
export type Help = HelpView;
export type Command = CommandView;
export type LinkChange = LinkView;
export type Snapshot = WallState;

/** Reachability of one candidate: never a state of the attempt. */
export type Net = NetView;

export interface Board extends Omit<Snapshot, "incidents" | "help" | "commands" | "links"> {
  incidents: Record<number, Incident>;
  help: Record<string, Help>;
  commands: Record<string, Command>;
  links: Record<number, LinkChange>;
}

/** One line of the log: a command, a loss or a return, a raised hand or its answer, an incident or what became of it. */
export type LogEntry = { key: string; at: number; attempt: number } & (
  | { kind: "command"; command: Command }
  | { kind: "link"; link: LinkChange }
  | { kind: "asked" | "answered"; help: Help }
  | { kind: "noticed" | "decided"; incident: Incident }
);

export type Filter = "all" | "waiting" | "working" | "attention" | "offline" | "paused" | "done" | "absent";
export type TileTone = "ok" | "attention" | "critical" | "offline" | "waiting" | "checking" | "paused" | "done";

/** One thing that a tile says, as mark, word and colour. */
export interface Mark {
  kind: "incident" | "help" | "state" | "link";
  tone: TileTone;
}

/** One tile, ready to draw. */
export interface TileView {
  attempt: number;
  name: string;
  initials: string;
  seat: string;
  /** By weight: what waits for a person, where the attempt stands, whether the browser is gone. Never empty. */
  marks: Mark[];
  /** Of the weightiest mark. */
  tone: TileTone;
  filters: Filter[];
  /** Open incident that colours the tile, the gravest one. */
  incident: Incident | null;
  help: Help | null;
  net: Net;
  row: Row;
}

const OPEN_STATES = new Set(["open", "acknowledged"]);
const DONE_STATES = new Set(["submitted", "expired", "terminated"]);
const LIVE_STATES = new Set(["running", "paused"]);
const GRAVE = 0.8;

export function fromSnapshot(snapshot: Snapshot): Board {
  return {
    ...snapshot,
    incidents: Object.fromEntries(snapshot.incidents.map((incident) => [incident.id, incident])),
    help: Object.fromEntries(snapshot.help.map((help) => [help.id, help])),
    commands: Object.fromEntries(snapshot.commands.map((command) => [command.id, command])),
    links: Object.fromEntries(snapshot.links.map((link) => [link.id, link])),
  };
}

/** Merge one delta frame: key → value, the last writer wins. Unknown keys are left alone. */
export function merge(board: Board, delta: Record<string, unknown>): Board {
  const next = {
    ...board,
    rows: { ...board.rows },
    net: { ...board.net },
    incidents: { ...board.incidents },
    help: { ...board.help },
    commands: { ...board.commands },
    links: { ...board.links },
  };
  for (const [key, value] of Object.entries(delta)) {
    const [kind, id] = key.includes(":") ? (key.split(":", 2) as [string, string]) : ["row", key];
    if (kind === "row") mergeRow(next.rows, id, value as Partial<Row>);
    else if (kind === "net") next.net[id] = value as Net;
    else if (kind === "incident") next.incidents[Number(id)] = value as Incident;
    else if (kind === "help") next.help[id] = value as Help;
    else if (kind === "command") next.commands[id] = value as Command;
    else if (kind === "link") next.links[Number(id)] = value as LinkChange;
    else if (kind === "sitting") Object.assign(next, value as Partial<Board>);
  }
  return next;
}

/** Who is registered late comes as a whole row; mere progress of somebody unknown is left alone. */
function mergeRow(rows: Record<string, Row>, id: string, value: Partial<Row>): void {
  const known = rows[id];
  if (known) rows[id] = { ...known, ...value };
  else if (value.name !== undefined) rows[id] = value as Row;
}

/** First letters of the first two words. */
export function initialsOf(name: string): string {
  return name
    .trim()
    .split(/\s+/)
    .slice(0, 2)
    .map((word) => [...word][0] ?? "")
    .join("\u200c");
}

export function isOpen(incident: Incident): boolean {
  return OPEN_STATES.has(incident.state);
}

/** Incidents that wait for a person, gravest and oldest first. */
export function openIncidents(board: Board): Incident[] {
  return Object.values(board.incidents)
    .filter(isOpen)
    .sort((a, b) => b.severity - a.severity || a.first_at - b.first_at);
}

/** Raised hands without an answer, oldest first. */
export function openHelp(board: Board): Help[] {
  return Object.values(board.help)
    .filter((help) => help.answered_at === null)
    .sort((a, b) => a.asked_at - b.asked_at);
}

/** What happened, newest first. */
export function logOf(board: Board): LogEntry[] {
  const entries: LogEntry[] = [
    ...Object.values(board.commands).map((command) => ({
      kind: "command" as const,
      key: `command:${command.id}`,
      at: command.issued_at,
      attempt: command.attempt,
      command,
    })),
    ...Object.values(board.links).map((link) => ({
      kind: "link" as const,
      key: `link:${link.id}`,
      at: link.at,
      attempt: link.attempt,
      link,
    })),
    ...Object.values(board.help).flatMap(helpEntries),
    ...Object.values(board.incidents).flatMap(incidentEntries),
  ];
  return entries.sort((a, b) => b.at - a.at || (a.key < b.key ? 1 : -1));
}

function helpEntries(help: Help): LogEntry[] {
  const { id, attempt, asked_at, answered_at } = help;
  const asked: LogEntry = { kind: "asked", key: `asked:${id}`, at: asked_at, attempt, help };
  if (answered_at === null) return [asked];
  return [asked, { kind: "answered", key: `answered:${id}`, at: answered_at, attempt, help }];
}

function incidentEntries(incident: Incident): LogEntry[] {
  const { id, attempt, first_at, decided_at } = incident;
  const noticed: LogEntry = { kind: "noticed", key: `noticed:${id}`, at: first_at, attempt, incident };
  if (decided_at === null) return [noticed];
  return [noticed, { kind: "decided", key: `decided:${id}`, at: decided_at, attempt, incident }];
}

/** A command that no browser has received after this many ms deserves a look. */
export const COMMAND_ALARM_MS = 10_000;

export function lateCommands(board: Board, now: number): Command[] {
  return Object.values(board.commands).filter(
    (command) => command.state === "sent" && now - command.issued_at > COMMAND_ALARM_MS && !isDone(board, command.attempt),
  );
}

function isDone(board: Board, attempt: number): boolean {
  return DONE_STATES.has(board.rows[attempt]?.state ?? "");
}

export function tiles(board: Board): TileView[] {
  const incidents = new Map<number, Incident>();
  for (const incident of openIncidents(board)) {
    if (!incidents.has(incident.attempt)) incidents.set(incident.attempt, incident);
  }
  const hands = new Map(openHelp(board).map((help) => [help.attempt, help]));
  return Object.values(board.rows).map((row) => {
    const { attempt, name, seat } = row;
    const net = board.net[attempt] ?? { state: "unknown" as const, since: null };
    const facts = { row, net, incident: incidents.get(attempt) ?? null, help: hands.get(attempt) ?? null };
    const marks = marksOf(facts);
    const drawn = { marks, tone: marks[0]?.tone ?? "ok", filters: filtersOf(facts) };
    return { attempt, name, seat, initials: initialsOf(name), ...facts, ...drawn };
  });
}

type Facts = Pick<TileView, "row" | "net" | "incident" | "help">;

function marksOf({ row, net, incident, help }: Facts): Mark[] {
  const marks: Mark[] = [];
  if (incident) marks.push({ kind: "incident", tone: incident.severity >= GRAVE ? "critical" : "attention" });
  if (help) marks.push({ kind: "help", tone: "waiting" });
  if (row.state !== "running") marks.push({ kind: "state", tone: toneOfState(row.state, net) });
  if (LIVE_STATES.has(row.state) && isAway(net)) {
    marks.push({ kind: "link", tone: net.state === "lost" ? "offline" : "attention" });
  }
  return marks.length > 0 ? marks : [{ kind: "state", tone: "ok" }];
}

function toneOfState(state: string, net: Net): TileTone {
  if (DONE_STATES.has(state)) return "done";
  if (state === "paused") return "paused";
  return state === "ready" && net.state === "online" ? "checking" : "offline";
}

function isAway(net: Net): boolean {
  return net.state === "lost" || net.state === "unstable";
}

/** The counters a tile belongs to: the one of its state, and attention while something waits for a person. */
function filtersOf({ row, net, incident, help }: Facts): Filter[] {
  const state = filterOfState(row.state, net);
  return incident || help ? [state, "attention"] : [state];
}

function filterOfState(state: string, net: Net): Filter {
  if (DONE_STATES.has(state)) return "done";
  if (state === "absent") return "absent";
  if (state === "paused") return "paused";
  if (state !== "running") return "waiting";
  return isAway(net) ? "offline" : "working";
}

export const FILTERS: Filter[] = ["all", "waiting", "working", "attention", "offline", "paused", "done", "absent"];

export function counts(views: TileView[]): Record<Filter, number> {
  const result = Object.fromEntries(FILTERS.map((filter) => [filter, 0])) as Record<Filter, number>;
  for (const filter of views.flatMap((view) => view.filters)) result[filter] += 1;
  result.all = views.length;
  return result;
}

/** Tiles of a filter; one that needs attention is never hidden by a filter. */
export function filtered(views: TileView[], filter: Filter, search: string): TileView[] {
  const wanted = search.trim().toLocaleLowerCase();
  return views.filter((view) => {
    const fits = filter === "all" || view.filters.includes(filter) || view.filters.includes("attention");
    return fits && (!wanted || `${view.name} ${view.seat}`.toLocaleLowerCase().includes(wanted));
  });
}

/** Incident first (gravest, then oldest), then raised hand by age, then not seen for longest, then name. */
export function inOrder(views: TileView[], seenAt: Readonly<Record<number, number>>): TileView[] {
  return [...views].sort(
    (a, b) =>
      (b.incident?.severity ?? -1) - (a.incident?.severity ?? -1) ||
      (a.incident?.first_at ?? 0) - (b.incident?.first_at ?? 0) ||
      Number(b.help !== null) - Number(a.help !== null) ||
      (a.help?.asked_at ?? 0) - (b.help?.asked_at ?? 0) ||
      (seenAt[a.attempt] ?? 0) - (seenAt[b.attempt] ?? 0) ||
      a.name.localeCompare(b.name),
  );
}

/** Keep `wanted` order for ids already drawn; used while the order is frozen or the pointer is over a tile. */
export function keepOrder(views: TileView[], drawn: readonly number[]): TileView[] {
  const place = new Map(drawn.map((attempt, index) => [attempt, index]));
  return [...views].sort(
    (a, b) => (place.get(a.attempt) ?? Number.MAX_SAFE_INTEGER) - (place.get(b.attempt) ?? Number.MAX_SAFE_INTEGER),
  );
}

export function pages(total: number, perPage: number): number {
  return Math.max(1, Math.ceil(total / perPage));
}
