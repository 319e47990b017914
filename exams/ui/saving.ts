/** What the room says about where the answers are, and about the connection (pure). */
import type { RoomState } from "./player";

export type SaveWord = "nothing" | "saved" | "sending" | "on_device" | "in_memory";

/**
 * The one word that is always visible. "saved" needs the server's acknowledgement of everything;
 * "in_memory" warns that a reload would lose what waits.
 */
export function saveWordOf(state: RoomState): SaveWord {
  const { waiting, lastSavedAt, failingSince, durable, gate } = state.queue;
  if (waiting === 0) return lastSavedAt === null ? "nothing" : "saved";
  if (!durable) return "in_memory";
  const stuck = failingSince !== null || gate !== "open";
  return stuck || !state.socketOpen ? "on_device" : "sending";
}

export type BannerKind = "offline" | "signed_out" | "denied" | "not_durable" | null;

/**
 * The full-width banner, the gravest first. A short hiccup is no news: 3 s must have passed, unless
 * the page itself came from the device.
 */
export function bannerOf(state: RoomState, nowMs: number): BannerKind {
  const { gate, failingSince, durable } = state.queue;
  if (gate === "signed_out" || gate === "denied") return gate;
  if (failingSince !== null && (state.fromDevice || nowMs - failingSince >= HICCUP_MS)) return "offline";
  return durable ? null : "not_durable";
}

export const HICCUP_MS = 3_000;
