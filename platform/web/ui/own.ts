/**
 * What this browser keeps for the person who is signed in, and for nobody else.
 *
 * 1. Before something is kept, the person is named here as its owner; the server has just said who
 *    it is. Caches carry the owner's id in their name (`<id>/…`), the database is one for all.
 * 2. Every page says who is signed in. When that is somebody else, or nobody, all of it goes, and
 *    until then nothing more is kept: a tab that was left open has no owner's word any more.
 *
 * Answers that wait for the server are not kept here: they stay until they are sent.
 */

/** Database for what belongs to the owner; whoever opens it closes it again when it is to go. */
export const OWN_DATABASE = "invigil-own";
const OWNER_KEY = "invigil-owner";
/** In place of the owner while things are on their way out: an interrupted removal is done again. */
const LEAVING = "-";

/**
 * Name `person` as the owner, because the server has just confirmed who is signed in.
 *
 * Returns whether that was so before; if not, whatever was kept is gone.
 */
export function claim(person: string): boolean {
  const wasOwner = isOwner(person);
  try {
    localStorage.setItem(OWNER_KEY, person);
  } catch {
    // A browser that keeps nothing has nothing to own.
  }
  return wasOwner;
}

/** Whether things may be kept for `person` now. */
export function isOwner(person: string): boolean {
  return person !== "" && owner() === person;
}

/** Remove what is kept for anybody but `person`; empty for nobody. */
export async function forgetOthers(person: string): Promise<void> {
  const before = owner();
  const foreign = (await cacheNames()).filter((name) => !name.startsWith(`${person}/`));
  const isForeign = before !== null && before !== person;
  if (isForeign || foreign.length > 0) await forget(foreign, isForeign);
}

/** Remove everything: the person signs out here. */
export async function forgetAll(): Promise<void> {
  await forget(await cacheNames(), true);
}

async function forget(cached: string[], withDatabase: boolean): Promise<void> {
  if (withDatabase) claim(LEAVING);
  const dropped = cached.map((name) => caches.delete(name));
  await Promise.allSettled([...dropped, unregisterWorkers(), withDatabase && dropDatabase()]);
  if (withDatabase && owner() === LEAVING) localStorage.removeItem(OWNER_KEY);
}

function owner(): string | null {
  try {
    return localStorage.getItem(OWNER_KEY);
  } catch {
    return null;
  }
}

async function cacheNames(): Promise<string[]> {
  try {
    return await globalThis.caches.keys();
  } catch {
    return []; // no cache without a secure context
  }
}

async function unregisterWorkers(): Promise<void> {
  const registrations = (await navigator.serviceWorker?.getRegistrations()) ?? [];
  await Promise.all(registrations.map((registration) => registration.unregister()));
}

/** Resolves when it is gone, or when another tab holds it open: it goes when that tab lets go. */
function dropDatabase(): Promise<void> {
  return new Promise((resolve) => {
    const request = indexedDB.deleteDatabase(OWN_DATABASE);
    request.onsuccess = request.onerror = request.onblocked = () => resolve();
  });
}
