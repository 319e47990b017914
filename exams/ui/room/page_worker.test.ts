import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { forgetPage, keepPage } from "./page_worker";

const PAGE = { script: "/sittings/offline.js", room: "/sittings/5/room/", person: 7 };

let said: object[];
let answer: boolean;
let registration: Record<string, any>;
let container: { register: ReturnType<typeof vi.fn>; getRegistration: ReturnType<typeof vi.fn> };

function workerIn(state: string): any {
  const worker = new EventTarget() as any;
  worker.state = state;
  worker.postMessage = (word: object, [port]: MessagePort[]) => {
    said.push(word);
    port?.postMessage(answer);
  };
  return worker;
}

beforeEach(() => {
  said = [];
  answer = true;
  registration = { active: workerIn("activated"), waiting: null, installing: null, unregister: vi.fn(() => Promise.resolve(true)) };
  container = { register: vi.fn(() => Promise.resolve(registration)), getRegistration: vi.fn(() => Promise.resolve(registration)) };
  Object.defineProperty(navigator, "serviceWorker", { value: container, configurable: true });
});

afterEach(() => {
  vi.useRealTimers();
  Reflect.deleteProperty(navigator, "serviceWorker");
});

describe("keeping the page", () => {
  it("registers a worker for this room only and names the person", async () => {
    expect(await keepPage(PAGE, 0)).toBe(true);
    expect(container.register).toHaveBeenCalledWith(PAGE.script, { scope: PAGE.room, updateViaCache: "none" });
    expect(said).toEqual([{ kind: "keep", person: "7" }]);
  });

  it("waits for a worker that is being installed", async () => {
    registration.active = null;
    registration.installing = workerIn("installing");
    const keeping = keepPage(PAGE, 0);
    await new Promise((resolve) => setTimeout(resolve, 5));
    expect(said).toEqual([]);
    registration.installing.state = "activated";
    registration.installing.dispatchEvent(new Event("statechange"));
    expect(await keeping).toBe(true);
  });

  it("says no when the worker could not keep it", async () => {
    answer = false;
    expect(await keepPage(PAGE, 0)).toBe(false);
  });

  it("says no, and nothing else happens, when the browser has no workers or refuses", async () => {
    container.register.mockRejectedValue(new DOMException("no", "SecurityError"));
    expect(await keepPage(PAGE, 0)).toBe(false);
    registration.active = null;
    container.register.mockResolvedValue(registration);
    expect(await keepPage(PAGE, 0)).toBe(false);
    Reflect.deleteProperty(navigator, "serviceWorker");
    expect(await keepPage(PAGE, 0)).toBe(false);
  });

  it("says no when the worker is thrown away before it works", async () => {
    registration.active = null;
    registration.installing = workerIn("installing");
    const keeping = keepPage(PAGE, 0);
    await new Promise((resolve) => setTimeout(resolve, 5));
    registration.installing.state = "redundant";
    registration.installing.dispatchEvent(new Event("statechange"));
    expect(await keeping).toBe(false);
  });

  it("says no when the worker does not answer", async () => {
    vi.useFakeTimers();
    registration.active.postMessage = () => {};
    const keeping = keepPage(PAGE, 0);
    await vi.advanceTimersByTimeAsync(61_000);
    expect(await keeping).toBe(false);
  });
});

describe("forgetting the page", () => {
  it("tells the worker and lets it go", async () => {
    await forgetPage(PAGE.room);
    expect(said).toEqual([{ kind: "forget" }]);
    expect(registration.unregister).toHaveBeenCalled();
  });

  it("has nothing to do without a worker", async () => {
    container.getRegistration.mockResolvedValue(undefined);
    await expect(forgetPage(PAGE.room)).resolves.toBeUndefined();
    Reflect.deleteProperty(navigator, "serviceWorker");
    await expect(forgetPage(PAGE.room)).resolves.toBeUndefined();
  });
});
