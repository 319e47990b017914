import { cleanup, fireEvent, render, screen } from "@testing-library/svelte";
import { tick } from "svelte";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import type { Socket, Subscriber, TopicEvent } from "$web/socket";
import Room from "$chat/Room.svelte";
import type { Entry, Snapshot } from "$chat/room";

/** The socket's own interface, answered by the test. */
class Line {
  subscriptions: Subscriber<Snapshot>[] = [];
  calls: { name: string; data: any; resolve: (value: any) => void; reject: (error: any) => void }[] = [];

  get last(): Subscriber<Snapshot> {
    return this.subscriptions.at(-1)!;
  }

  get posts() {
    return this.calls.filter((call) => call.name === "chat.post");
  }

  asSocket(): Socket {
    return {
      subscribe: (_topic: string, subscriber: Subscriber<any>) => {
        this.subscriptions.push(subscriber);
        return () => {};
      },
      call: (_topic: string, name: string, data: object) =>
        new Promise((resolve, reject) => this.calls.push({ name, data, resolve, reject })),
      onStatus: (run: (status: "open") => void) => (run("open"), () => {}),
      serverNow: () => Date.UTC(2026, 10, 21, 9, 0),
    } as unknown as Socket;
  }
}

/** Sizes change when the test says so. */
class HandObserver {
  static resize: () => void = () => {};

  constructor(run: () => void) {
    HandObserver.resize = run;
  }
  observe(): void {}
  disconnect(): void {}
}

const props = { room: "r", title: "Maths", kind: "class" as const, me: 1, name: "Ana", initials: "A", limit: 100 };
const entry = (seq: number, body: string, change: Partial<Entry> = {}): Entry => ({
  seq, kind: "text", at: Date.UTC(2026, 10, 21, 8, seq), body, author: { id: 2, name: "Ben", initials: "B", is_staff: false },
  client_id: `c${seq}`, attachment: null, removed: false, target: null, ...change,
});
const snapshot = (change: Partial<Snapshot> = {}): Snapshot => ({
  room: "r", title: "Maths", kind: "class", locked: false, sealed: false, locks: [], can_post: true, can_moderate: false,
  read: 0, reset: true, more: false, stays_open: [], entries: [entry(1, "hello class")], ...change,
});
const lock = { sitting: 1, title: "Algebra", since: Date.UTC(2026, 10, 21, 8, 0), until: Date.UTC(2026, 10, 21, 10, 0) };
const sealed = () => snapshot({ sealed: true, locked: true, can_post: false, locks: [lock], entries: [] });

describe("the room", () => {
  let line: Line;

  beforeEach(() => {
    localStorage.clear();
    vi.stubGlobal("ResizeObserver", HandObserver);
    line = new Line();
    render(Room, { ...props, socket: line.asSocket() });
  });
  afterEach(() => {
    cleanup();
    vi.unstubAllGlobals();
  });

  it("keeps its end in sight when a keyboard takes half of it away, unless one reads further up", async () => {
    await show(snapshot());
    const log = screen.getByRole("log");
    Object.defineProperty(log, "scrollHeight", { value: 1_500 });
    Object.defineProperty(log, "clientHeight", { value: 300 });
    HandObserver.resize();
    await vi.waitFor(() => expect(log.scrollTop).toBe(1_500));
    await new Promise((resolve) => setTimeout(resolve)); // what the marker of the read messages set off
    log.scrollTop = 200;
    await fireEvent.scroll(log);
    HandObserver.resize();
    await tick();
    expect(log.scrollTop).toBe(200);
  });

  async function show(state: Snapshot, head = 1): Promise<void> {
    line.last.onSnapshot?.(state, head);
    await tick();
  }

  async function push(event: Partial<TopicEvent>): Promise<void> {
    line.last.onEvent?.({ top: "chat:r", ...event } as TopicEvent);
    await tick();
    await tick();
  }

  const field = () => screen.getByLabelText<HTMLTextAreaElement>("Message");

  it("says that it loads, then shows the messages", async () => {
    expect(screen.getByText("Loading messages")).toBeTruthy();
    await show(snapshot());
    expect(screen.getByText("hello class")).toBeTruthy();
  });

  it("says so when nobody has written", async () => {
    await show(snapshot({ entries: [] }));
    expect(screen.getByText("Nobody has written yet")).toBeTruthy();
  });

  it("says why it cannot be shown", async () => {
    line.last.onRefused?.({ code: "room_not_found", data: {} });
    await tick();
    expect(screen.getByText("Not available")).toBeTruthy();
  });

  it("sends with Enter, shows the message at once, and knows when it is in", async () => {
    await show(snapshot());
    await fireEvent.input(field(), { target: { value: "good morning" } });
    await fireEvent.keyDown(field(), { key: "Enter" });
    expect(screen.getByText("Sending…")).toBeTruthy();
    expect(field().value).toBe("");
    const [post] = line.posts;
    expect(post?.data.body).toBe("good morning");
    post?.resolve({ seq: 2, at: 1, again: false });
    await new Promise((resolve) => setTimeout(resolve));
    expect(screen.queryByText("Sending…")).toBeNull();
    expect(screen.getByText("good morning")).toBeTruthy();
  });

  it("breaks the line with Shift+Enter, and leaves Enter to an input method", async () => {
    await show(snapshot());
    await fireEvent.input(field(), { target: { value: "x" } });
    await fireEvent.keyDown(field(), { key: "Enter", shiftKey: true });
    await fireEvent.keyDown(field(), { key: "Enter", isComposing: true });
    expect(line.posts).toEqual([]);
  });

  it("keeps a refused message for the person", async () => {
    await show(snapshot());
    await fireEvent.input(field(), { target: { value: "too late" } });
    await fireEvent.keyDown(field(), { key: "Enter" });
    line.posts[0]?.reject({ code: "chat_locked" });
    await new Promise((resolve) => setTimeout(resolve));
    expect(screen.getByText("too late")).toBeTruthy();
    expect(screen.getByText("Send again")).toBeTruthy();
  });

  it("asks anew on a lock and hides everything from a candidate", async () => {
    await show(snapshot());
    await push({ t: "chat.locked", seq: 2, d: { lock } });
    expect(line.subscriptions).toHaveLength(2);
    expect(line.last.since).toBeUndefined();
    await show(sealed(), 2);
    expect(screen.queryByText("hello class")).toBeNull();
    expect(screen.getByText("Locked and sealed during your exam")).toBeTruthy();
    expect(screen.queryByLabelText("Message")).toBeNull();
  });

  it("lets others read and write a draft while it is locked, but not send", async () => {
    await show(snapshot({ locked: true, can_post: false, locks: [lock] }));
    expect(screen.getByText("hello class")).toBeTruthy();
    await fireEvent.input(field(), { target: { value: "later" } });
    await fireEvent.keyDown(field(), { key: "Enter" });
    expect(line.posts).toEqual([]);
    expect(screen.getByText<HTMLButtonElement>("Send").disabled).toBe(true);
  });

  it("gives the draft back after the lock and sends nothing by itself", async () => {
    await show(snapshot());
    await fireEvent.input(field(), { target: { value: "half a sen" } });
    await show(sealed(), 2);
    await show(snapshot(), 3);
    expect(field().value).toBe("half a sen");
    expect(line.posts).toEqual([]);
  });

  it("writes content as text", async () => {
    await show(snapshot({ entries: [entry(1, '<img src=x onerror=alert(1)> https://a.example/"><b>')] }));
    expect(document.querySelector(".bubble img, .bubble b")).toBeNull();
    expect(document.querySelector(".bubble a")?.getAttribute("rel")).toContain("noopener");
  });

  it("offers removal to staff only", async () => {
    await show(snapshot());
    expect(screen.queryByText("Remove")).toBeNull();
    await show(snapshot({ can_moderate: true }));
    expect(screen.getByText("Remove")).toBeTruthy();
  });
});
