/** The lobby's rules: where the candidate stands, and what the button waits for (pure). */
import type { AttemptState, SittingCard } from "../wire";

/** unknown: not looked yet · ok · weak: works, with a drawback to tell · failed. */
export type CheckResult = "unknown" | "ok" | "weak" | "failed";

export interface LobbyState {
  sitting: SittingCard;
  attempt: AttemptState;
  agreed: boolean;
  checkedIn: boolean;
  storage: CheckResult;
  connection: CheckResult;
  camera: CheckResult;
}

/**
 * early: the lobby is not open · check_in: consent and camera · ready: waits for the start ·
 * start: the exam runs and this candidate may go in · over · cancelled.
 */
export type Stage = "early" | "check_in" | "ready" | "start" | "over" | "cancelled";

export function stageOf({ sitting, attempt, checkedIn }: LobbyState): Stage {
  if (sitting.state === "cancelled") return "cancelled";
  if (sitting.early_end) return "over";
  if (!["ready", "running", "paused"].includes(attempt)) return "over";
  if (["closed", "graded", "published"].includes(sitting.state)) return "over";
  if (sitting.state === "scheduled") return "early";
  if (!checkedIn) return "check_in";
  return sitting.state === "running" ? "start" : "ready";
}

/** Whether the sitting has got other times; the candidate is told, and the page looks anew. */
export function hasMoved(before: SittingCard, news: Partial<SittingCard>): boolean {
  const times = ["lobby_opens_at", "starts_at", "closes_at", "duration_s"] as const;
  return times.some((name) => news[name] !== undefined && news[name] !== before[name]);
}

/** What the check-in still waits for; empty when it may be pressed. */
export type Wait = "agree" | "connection" | "camera";

export function waitsFor({ sitting, agreed, connection, camera }: LobbyState): Wait[] {
  const waits: Wait[] = [];
  if (!agreed) waits.push("agree");
  if (connection === "unknown") waits.push("connection");
  // A camera that fails is told to the invigilators; it does not keep anybody out.
  if (sitting.camera === "required" && agreed && camera === "unknown") waits.push("camera");
  return waits;
}

/**
 * What the page itself does with the camera: off · withheld: what is on stays on this device · shared
 * with the invigilators · own: its owner alone switches it, because the exam only allows it.
 */
export type CameraUse = "off" | "withheld" | "shared" | "own";

export function cameraUse(policy: SittingCard["camera"], agreed: boolean): CameraUse {
  if (policy === "off") return "off";
  if (!agreed) return "withheld";
  return policy === "required" ? "shared" : "own";
}

/** The instant that the large countdown runs to; null when nothing is awaited. */
export function countdownOf(state: LobbyState): number | null {
  switch (stageOf(state)) {
    case "early":
      return state.sitting.lobby_opens_at;
    case "check_in":
    case "ready":
      return state.sitting.state === "running" ? null : state.sitting.starts_at;
    default:
      return null;
  }
}

/**
 * Milliseconds until the page looks at the server by itself, should the push not come: at the
 * awaited instant plus a share of two seconds, so that a class does not ask in one moment; then
 * every four seconds.
 */
export function lookAfterMs(state: LobbyState, nowMs: number, random: () => number): number {
  const awaited = countdownOf(state);
  const spread = random() * 2_000;
  if (awaited === null || awaited <= nowMs) return 4_000 + spread;
  return awaited - nowMs + spread;
}
