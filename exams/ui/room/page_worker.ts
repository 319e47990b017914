/**
 * The page's side of the room's service worker: register it, have the page kept, have it forgotten.
 *
 * Where the browser has no service workers (no secure context, a private window) a reload needs the
 * network, as ever; nothing else changes.
 */

export interface KeptPage {
  /** Address of the worker's script. */
  script: string;
  /** Address of the room's page: all that the worker may serve. */
  room: string;
  /** Id of the candidate. */
  person: number;
}

/** How long a worker may take to start and to fetch the page with its files. */
const PATIENCE_MS = 60_000;

/**
 * Keep the room's page for a reload without a network; resolves to whether it is kept.
 *
 * @param spreadMs it is fetched at a random moment within this time
 */
export async function keepPage({ script, room, person }: KeptPage, spreadMs: number): Promise<boolean> {
  const container = navigator.serviceWorker as ServiceWorkerContainer | undefined;
  if (!container) return false;
  try {
    await new Promise((resolve) => setTimeout(resolve, spreadMs * Math.random()));
    const registration = await container.register(script, { scope: room, updateViaCache: "none" });
    return await say(await activeOf(registration), { kind: "keep", person: String(person) });
  } catch {
    return false; // The browser does not allow it, or the script cannot be had.
  }
}

/** Forget the room's page and let the worker go. */
export async function forgetPage(room: string): Promise<void> {
  try {
    const registration = await navigator.serviceWorker?.getRegistration(room);
    if (registration?.active) await say(registration.active, { kind: "forget" });
    await registration?.unregister();
  } catch {
    // What is left goes when another page says who is signed in.
  }
}

/** The worker when it can work: the active one, or the one that is being installed once it is. */
function activeOf({ active, waiting, installing }: ServiceWorkerRegistration): Promise<ServiceWorker> {
  const coming = installing ?? waiting;
  if (active) return Promise.resolve(active);
  if (!coming) return Promise.reject(new Error("no worker"));
  return new Promise((resolve, reject) => {
    coming.addEventListener("statechange", () => {
      if (coming.state === "activated") resolve(coming);
      if (coming.state === "redundant") reject(new Error("the worker was not installed"));
    });
  });
}

/** Say a word to the worker and wait for its answer; false when none comes. */
function say(worker: ServiceWorker, word: object): Promise<boolean> {
  return new Promise((resolve) => {
    const { port1, port2 } = new MessageChannel();
    const timer = setTimeout(() => resolve(false), PATIENCE_MS);
    port1.onmessage = (message: MessageEvent<boolean>) => {
      clearTimeout(timer);
      port1.close();
      resolve(message.data);
    };
    worker.postMessage(word, [port2]);
  });
}
