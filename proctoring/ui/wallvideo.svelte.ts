/** Pictures of the board: gives each visible tile a slot that stays its own while it is on the page. */
import type { Socket } from "$web/socket";
import { assignSlots } from "$proctoring/slots";
import { cameraOf, VideoWall } from "$proctoring/videowall";

export const LARGEST_PAGE = 36;

export class WallVideo {
  /** Attempt id → its thumbnail, while its camera sends. */
  streams = $state.raw<Record<number, MediaStream>>({});
  /** The large picture of the student in focus. */
  focusStream = $state.raw<MediaStream | null>(null);

  private readonly wall: VideoWall;
  private slots: (number | null)[] = new Array<number | null>(LARGEST_PAGE).fill(null);
  private focused: number | null = null;
  private readonly stopListening: () => void;

  constructor(socket: Socket, sitting: number) {
    this.wall = new VideoWall({ socket, topic: `media:${sitting}`, tiles: LARGEST_PAGE });
    this.stopListening = this.wall.onChange(() => this.draw());
    this.wall.start();
  }

  /** Show these attempts in tiles, and one of them large. */
  show(attempts: readonly number[], focused: number | null): void {
    this.slots = assignSlots(this.slots, attempts);
    this.focused = focused;
    this.wall.show(this.slots.map((attempt) => (attempt === null ? null : cameraOf(attempt))));
    this.wall.focus(focused === null ? null : cameraOf(focused));
    this.draw();
  }

  close(): void {
    this.stopListening();
    this.wall.stop();
  }

  private draw(): void {
    const streams: Record<number, MediaStream> = {};
    this.slots.forEach((attempt, slot) => {
      const stream = this.wall.stream(slot);
      if (attempt !== null && stream && this.sends(attempt)) streams[attempt] = stream;
    });
    this.streams = streams;
    const isLarge = this.focused !== null && this.sends(this.focused);
    this.focusStream = isLarge ? (this.wall.stream(this.wall.focusSlot) ?? null) : null;
  }

  private sends(attempt: number): boolean {
    return this.wall.sources.has(cameraOf(attempt));
  }
}
