/**
 * What the room's worker keeps, and for whom (pure).
 *
 * A unit is one cache: the page of the room as the server last drew it for one person, with every
 * file that this page names. Files are named by their content, so a page never meets the files of
 * another release; and a unit without its page is not complete and is never shown.
 */

/** What the page of a room says of itself, in `<script id="room-shell">`. */
export interface Shell {
  user: number;
  /** Addresses of all files it needs, sorted, each named by its content. */
  assets: string[];
}

const SHELL = /<script id="room-shell" type="application\/json">(.*?)<\/script>/s;

/** The shell of a room's page; null for any other page. */
export function shellIn(html: string): Shell | null {
  const [, text] = SHELL.exec(html) ?? [];
  try {
    const shell = JSON.parse(text ?? "") as Shell;
    return Number.isInteger(shell.user) && Array.isArray(shell.assets) ? shell : null;
  } catch {
    return null;
  }
}

export type Kind = "room" | "asset" | "other";

interface Asked {
  method: string;
  mode: string;
  url: string;
}

const ASSETS = /^\/static\/dist\/assets\/[^/]+-[\w-]{8}\.[a-z0-9]+$/;
const CATALOGUES = /^\/i18n\/[a-z-]+\.js$/;

/** What a request is to the worker of the room at `scope`; "other" is none of its business. */
export function kindOf({ method, mode, url }: Asked, scope: string): Kind {
  const { origin, pathname, searchParams } = new URL(url);
  if (method !== "GET" || origin !== new URL(scope).origin) return "other";
  if (mode === "navigate") return pathname === new URL(scope).pathname ? "room" : "other";
  const isHashed = ASSETS.test(pathname) || (CATALOGUES.test(pathname) && searchParams.has("v"));
  return isHashed ? "asset" : "other";
}

/** Name of the cache of this shell: the owner first, as `$web/own` expects it. */
export async function unitOf({ user, assets }: Shell, scope: string): Promise<string> {
  const bytes = new TextEncoder().encode(assets.join("\n"));
  const digest = [...new Uint8Array(await crypto.subtle.digest("SHA-256", bytes))];
  const release = digest.slice(0, 8).map((byte) => byte.toString(16).padStart(2, "0")).join("");
  return `${user}${placeOf(scope)}${release}`;
}

/** Of all caches those that may hold the room at `scope`; none when they have several owners. */
export function unitsOf(names: string[], scope: string): string[] {
  const owners = new Set(names.map((name) => name.split("/", 1)[0]));
  return owners.size > 1 ? [] : names.filter((name) => name.includes(placeOf(scope)));
}

/** Whether two caches belong to the same person. */
export function haveOneOwner(name: string, other: string): boolean {
  return name.split("/", 1)[0] === other.split("/", 1)[0];
}

function placeOf(scope: string): string {
  return `/room${new URL(scope).pathname}`;
}

/** What an answer of the server to "the room, please" means for what is kept. */
export type Meaning = "keep" | "away" | "broken" | "gone";

const AWAY = new Set([408, 429, 502, 503, 504]);

/**
 * keep: perhaps the room · away: as good as no network · broken: a mistake of the server's, which
 * says nothing about the person · gone: there is no room here for who is signed in now.
 */
export function meaningOf({ ok, status, redirected }: Pick<Response, "ok" | "status" | "redirected">): Meaning {
  if (AWAY.has(status)) return "away";
  if (status >= 500) return "broken";
  return ok && !redirected ? "keep" : "gone";
}
