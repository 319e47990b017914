/** What the socket tells the exam room: the attempt's own topic and what the invigilators do. */
import type { Socket } from "$web/socket";
import type { AttemptChanged, CandidateSync } from "$web/wire";
import type { Surroundings } from "../autosave";
import type { Action, Command, HelpRequest, Incident } from "../player";

/** How long the lease waits for the socket, so that the server can spare this tab's own. */
const SOCKET_PATIENCE_MS = 2_500;

/** Resolves when the socket is open, or has taken too long. */
export async function openOrPatienceOver(socket: Socket | null, surroundings: Surroundings): Promise<void> {
  const patience = new Promise<void>((resolve) => surroundings.setTimer(resolve, SOCKET_PATIENCE_MS));
  await Promise.race([socket?.waitOpen().catch(() => {}), patience]);
}

export type AttemptNews = Pick<AttemptChanged, "state" | "version" | "deadline" | "reason"> &
  Partial<Pick<AttemptChanged, "paused_at" | "early_end">>;

export interface Hearer {
  onAttempt(news: AttemptNews): void;
  onLeaseTaken(prefix: string): void;
  onCommand(command: Command): void;
  dispatch(action: Action): void;
}

/** Follow both topics of an attempt; pushes and snapshots come to `hearer`. */
export function followAttempt(socket: Socket, attempt: number, hearer: Hearer): void {
  socket.subscribe<AttemptNews>(`attempt:${attempt}`, {
    onSnapshot: (news) => hearer.onAttempt(news),
    onEvent: (event) => {
      if (event.t === "attempt.changed") hearer.onAttempt(event.d as AttemptNews);
      if (event.t === "attempt.lease_taken") hearer.onLeaseTaken((event.d as { lease: string }).lease);
    },
  });
  socket.subscribe<CandidateSync>(`watch:${attempt}`, {
    onSnapshot: (sync) => onSync(hearer, sync),
    onEvent: (event) => onWatch(hearer, event),
  });
}

function onSync(hearer: Hearer, sync: CandidateSync): void {
  for (const command of sync.commands) hearer.onCommand(command);
  for (const request of sync.help) hearer.dispatch({ type: "help", request });
  for (const incident of sync.incidents) hearer.dispatch({ type: "incident", incident });
  hearer.dispatch({ type: "watchers", names: sync.watchers });
}

function onWatch(hearer: Hearer, event: { t: string; d: any }): void {
  if (event.t === "command.issued") hearer.onCommand(event.d.command as Command);
  if (event.t === "help.replied") hearer.dispatch({ type: "help", request: event.d.help as HelpRequest });
  if (event.t === "incident.told") hearer.dispatch({ type: "incident", incident: event.d.incident as Incident });
  if (event.t === "watch.changed") hearer.dispatch({ type: "watchers", names: event.d.names as string[] });
}
