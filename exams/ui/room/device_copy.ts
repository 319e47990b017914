/**
 * Keeps the device's copy of the paper in step with the room, and gives it back after a reload.
 *
 * Only what the server confirmed on this page is written; a page that opened from the copy writes
 * nothing until the server has answered.
 */
import type { Surroundings } from "../autosave";
import type { Snapshot } from "../attempt_api";
import type { RoomState } from "../player";
import { type Paper, type PaperShelf, isOutOfDate, paperOf, serverTimeBy } from "./papers";

/** A burst of news is one write; what a crash within this time loses is only shown as unsent. */
export const COPY_REST_MS = 1_000;

/** What the copy is made from. */
export interface Original {
  state: RoomState;
  snapshot: Snapshot | null;
  lease: string;
}

export class DeviceCopy {
  /** What an earlier page left; null when there is nothing, or it is out of date. */
  paper: Paper | null = null;
  private isConfirmed = false;
  private written = "";
  /** Number of the page that is written, or is about to be. */
  private page = 0;
  private timer: number | null = null;
  /** Writing and forgetting, one after the other. */
  private work: Promise<void> = Promise.resolve();

  constructor(
    private readonly shelf: PaperShelf | null,
    private readonly surroundings: Surroundings,
    private readonly original: () => Original,
    private readonly deviceNow: () => number = Date.now,
  ) {}

  async read(): Promise<void> {
    this.paper = (await this.shelf?.read()) ?? null;
    if (this.paper && isOutOfDate(this.paper, this.serverNow(this.paper))) await this.forget();
  }

  /** Server time now, by the copy. */
  serverNow(paper: Paper): number {
    return serverTimeBy(paper, this.deviceNow());
  }

  /**
   * The server has just answered this person about this attempt: from now on it may be kept.
   *
   * Returns whether that is new: for the first time on this page, or after a sign-out in another
   * tab took what was kept.
   */
  confirm(): boolean {
    const wasOwner = this.shelf?.claim() ?? true;
    if (!wasOwner) this.written = "";
    const isNew = !this.isConfirmed || !wasOwner;
    this.isConfirmed = true;
    this.note();
    return isNew;
  }

  /** Whether somebody else's lease replaced the one this browser held before the reload. */
  isOvertaken(lease: string | null): boolean {
    const held = this.paper?.lease ?? "";
    return held !== "" && lease !== null && lease !== held;
  }

  /** Call after every change of the room; writes when it concerns the copy. */
  note(): void {
    if (!this.isConfirmed || this.sign() === this.written) return;
    const isNewPage = this.page !== this.original().state.page.number; // A closed page is not to be seen again.
    if (isNewPage) this.close();
    if (this.timer !== null) return;
    this.page = this.original().state.page.number;
    const isFirst = this.written === "";
    this.timer = this.surroundings.setTimer(() => this.write(), isFirst || isNewPage ? 0 : COPY_REST_MS);
  }

  /** The exam is over, or it is not this person's. */
  async forget(): Promise<void> {
    this.isConfirmed = false;
    this.paper = null;
    this.written = "";
    this.close();
    this.work = this.work.then(() => this.shelf?.forget()).catch(() => {});
    await this.work;
  }

  close(): void {
    if (this.timer !== null) this.surroundings.clearTimer(this.timer);
    this.timer = null;
  }

  private write(): void {
    this.timer = null;
    this.written = this.sign();
    const { state, snapshot, lease } = this.original();
    const times = { serverTime: this.surroundings.now(), deviceTime: this.deviceNow() };
    const held = lease || (this.paper?.lease ?? "");
    const paper = snapshot && paperOf(state, snapshot, held, times);
    if (!paper) return;
    this.work = this.work.then(() => this.shelf?.keep(paper)).catch(() => {}); // Then a reload needs the network.
  }

  /** What of the room the copy depends on; the same sign means the same copy. */
  private sign(): string {
    const { state, lease } = this.original();
    const { attempt, deadline, queue, questions, page } = state;
    const saved = Object.values(state.answers).filter((entry) => entry.progress === "saved").length;
    return [attempt, deadline, page.number, queue.lastSavedAt, saved, questions.length, lease].join("/");
  }
}
