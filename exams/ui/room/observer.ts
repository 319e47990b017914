/**
 * Facts about this page that the invigilators may see: leaving it, pasting, a camera that is away.
 *
 * Facts only: rules on the server decide what becomes an incident, and people decide what it means.
 * What happens without a connection is told when it is back; the answers never wait for it.
 */
import type { CameraState } from "$proctoring/camera";

export type FactKind = "focus_lost" | "paste" | "camera_off" | "camera_denied" | "clock_jump";

export interface Fact {
  kind: FactKind;
  /** Seconds, characters or times, as the kind says. */
  amount: number;
  /** Milliseconds since the epoch. */
  at: number;
}

export interface ObserverPorts {
  now(): number;
  /** Tell the server; rejects while there is no connection. */
  report(fact: Fact): Promise<unknown>;
}

/** A glance elsewhere is no fact. */
const GLANCE_S = 1;
const KEPT_FACTS = 50;
/** A page that was not run for so long slept, or its clock was turned. */
const JUMP_S = 20;

export class Observer {
  private away: number | null = null;
  private cameraGone: number | null = null;
  private denied = false;
  private lastTick: number | null = null;
  private readonly waiting: Fact[] = [];
  private sending = false;

  constructor(private readonly ports: ObserverPorts) {}

  /** The page lost or regained the candidate's eye (hidden, or another window in front). */
  focus(here: boolean): void {
    const now = this.ports.now();
    if (!here) this.away ??= now;
    else if (this.away !== null) {
      const seconds = (now - this.away) / 1000;
      this.away = null;
      if (seconds >= GLANCE_S) this.note("focus_lost", seconds);
    }
  }

  paste(characters: number): void {
    if (characters > 0) this.note("paste", characters);
  }

  camera({ status, fault }: CameraState): void {
    if (status === "blocked" && fault === "denied" && !this.denied) {
      this.denied = true;
      this.note("camera_denied", 1);
    }
    const gone = status === "blocked" || status === "recovering" || status === "refused";
    if (gone) this.cameraGone ??= this.ports.now();
    else if (status === "live" && this.cameraGone !== null) {
      this.note("camera_off", (this.ports.now() - this.cameraGone) / 1000);
      this.cameraGone = null;
    }
  }

  /** Call about every second. */
  tick(): void {
    const now = this.ports.now();
    const gap = this.lastTick === null ? 0 : (now - this.lastTick) / 1000;
    this.lastTick = now;
    if (gap >= JUMP_S && this.away === null) this.note("clock_jump", gap);
    if (this.waiting.length > 0) void this.flush();
  }

  private note(kind: FactKind, amount: number): void {
    this.waiting.push({ kind, amount: Math.round(amount * 10) / 10, at: Math.round(this.ports.now()) });
    if (this.waiting.length > KEPT_FACTS) this.waiting.shift();
    void this.flush();
  }

  private async flush(): Promise<void> {
    if (this.sending) return;
    this.sending = true;
    try {
      for (let fact = this.waiting[0]; fact; fact = this.waiting[0]) {
        await this.ports.report(fact);
        this.waiting.shift();
      }
    } catch {
      // No connection: the next tick tries again.
    } finally {
      this.sending = false;
    }
  }
}

/** Bind an observer to the page; returns what undoes it. */
export function watchPage(observer: Observer): () => void {
  const seen = () => observer.focus(document.visibilityState === "visible" && document.hasFocus());
  const pasted = (event: ClipboardEvent) => observer.paste(event.clipboardData?.getData("text").length ?? 0);
  addEventListener("blur", seen);
  addEventListener("focus", seen);
  document.addEventListener("visibilitychange", seen);
  document.addEventListener("paste", pasted);
  const timer = setInterval(() => observer.tick(), 1_000);
  return () => {
    removeEventListener("blur", seen);
    removeEventListener("focus", seen);
    document.removeEventListener("visibilitychange", seen);
    document.removeEventListener("paste", pasted);
    clearInterval(timer);
  };
}
