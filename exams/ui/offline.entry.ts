/**
 * The service worker of one exam room, served at /sittings/offline.js; its scope is that room's page.
 *
 * Only the wiring: what is kept, for whom and when it is shown is in `offline/`. This entry and what
 * it imports belong to no other entry, so that the build makes one plain script without imports.
 */
import { RoomKeeper } from "./offline/keeper";
import { kindOf } from "./offline/shell";

/** What a page says to the worker; the answer comes on the port sent along. */
type Word = { kind: "keep"; person: string } | { kind: "forget" };

interface Extendable extends Event {
  waitUntil(work: Promise<unknown>): void;
}

interface Fetching extends Extendable {
  readonly request: Request;
  respondWith(answer: Promise<Response>): void;
}

interface Spoken extends Extendable {
  readonly data: Word;
  readonly ports: readonly MessagePort[];
}

/** The part of ServiceWorkerGlobalScope that is used here; its types exclude those of pages. */
interface WorkerScope {
  readonly registration: { readonly scope: string };
  readonly clients: { claim(): Promise<void> };
  skipWaiting(): Promise<void>;
  addEventListener(type: "install" | "activate", run: (event: Extendable) => void): void;
  addEventListener(type: "fetch", run: (event: Fetching) => void): void;
  addEventListener(type: "message", run: (event: Spoken) => void): void;
}

const worker = globalThis as unknown as WorkerScope;
const { scope } = worker.registration;
const keeper = new RoomKeeper({
  scope,
  caches,
  fetch: (request, init) => fetch(request, init),
  pause: (ms) => new Promise((resolve) => setTimeout(resolve, ms)),
});

// A newer worker may take over at once: what is kept does not depend on the worker's version.
worker.addEventListener("install", (event) => event.waitUntil(worker.skipWaiting()));
worker.addEventListener("activate", (event) => event.waitUntil(keeper.tidy().then(() => worker.clients.claim())));

worker.addEventListener("fetch", (event) => {
  const { request } = event;
  const kind = kindOf(request, scope);
  if (kind === "asset") event.respondWith(keeper.file(request));
  if (kind !== "room") return;
  const answer = keeper.open(request);
  event.respondWith(answer);
  event.waitUntil(answer.then(() => keeper.settled()).catch(() => {})); // The browser shows the failure.
});

worker.addEventListener("message", (event) => {
  const { data, ports } = event;
  const work = data.kind === "keep" ? keeper.keep(data.person) : keeper.forget().then(() => false);
  event.waitUntil(work.then((isKept) => ports[0]?.postMessage(isKept)));
});
