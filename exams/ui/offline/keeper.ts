/**
 * Keeps the page of one room on the device and gives it out when the server cannot.
 *
 * 1. The page always comes from the server if it answers in time; then it is kept anew, files
 *    first, page last, and every other unit goes: other people's, older releases', other rooms'.
 * 2. Without an answer the page comes from the one complete unit, and only while all units belong
 *    to one person.
 * 3. What the server answers instead of the room (sign in, not yours, over) ends the keeping.
 *
 * Nothing else passes through here: no answer, no snapshot, no upload, no other page.
 */
import { haveOneOwner, meaningOf, shellIn, unitOf, unitsOf } from "./shell";

export interface KeeperPorts {
  /** Address of the room, which is the whole scope of the worker. */
  scope: string;
  caches: CacheStorage;
  fetch(request: Request | string, init?: RequestInit): Promise<Response>;
  pause(ms: number): Promise<void>;
}

/** How long a page from the server is worth waiting for when there is one on the device. */
export const PATIENCE_MS = 6_000;

const MATCH = { ignoreVary: true } as const;

export class RoomKeeper {
  /** The keeping under way; one after the other, so that the last answer of the server wins. */
  private keeping: Promise<boolean> = Promise.resolve(false);

  constructor(private readonly ports: KeeperPorts) {}

  /** The page of the room: from the server, or from the device when the server does not answer. */
  async open(request: Request): Promise<Response> {
    const asked = this.ask(request);
    const kept = await this.keptPage();
    if (!kept) return asked;
    const tooLong = this.ports.pause(PATIENCE_MS).then(() => null);
    const answer = await Promise.race([asked.catch(() => null), tooLong]);
    return answer === null || meaningOf(answer) === "away" ? kept : answer;
  }

  /** A file named by its content: as kept, else from the network. */
  async file(request: Request): Promise<Response> {
    const names = await this.ports.caches.keys();
    for (const name of unitsOf(names, this.ports.scope)) {
      const found = await (await this.ports.caches.open(name)).match(request.url, MATCH);
      if (found) return found;
    }
    return this.ports.fetch(request);
  }

  /** Make sure that the room is kept for this person; resolves to whether it is. */
  async keep(person: string): Promise<boolean> {
    if ((await this.keeping) && (await this.isKeptFor(person))) return true;
    try {
      await this.ask(this.ports.scope, { credentials: "same-origin", redirect: "manual", cache: "no-store" });
    } catch {
      // No answer: what is kept stays.
    }
    await this.keeping;
    return this.isKeptFor(person);
  }

  /** The exam is over for this person: nothing of the room stays. */
  async forget(): Promise<void> {
    await this.settled();
    this.keeping = Promise.resolve(false);
    const names = await this.ports.caches.keys();
    await Promise.all(unitsOf(names, this.ports.scope).map((name) => this.ports.caches.delete(name)));
  }

  /** Resolves when the keeping under way is done. */
  async settled(): Promise<void> {
    await this.keeping;
  }

  /** Remove what is left of a keeping that was cut short. */
  async tidy(): Promise<void> {
    for (const name of await this.ports.caches.keys()) {
      const isHere = unitsOf([name], this.ports.scope).length > 0;
      if (isHere && !(await this.pageIn(name))) await this.ports.caches.delete(name);
    }
  }

  private async ask(request: Request | string, init?: RequestInit): Promise<Response> {
    const answer = await this.ports.fetch(request, init);
    const copy = answer.clone();
    const before = this.keeping;
    this.keeping = before.then((was) => this.take(copy, was)).catch(() => false);
    return answer;
  }

  /** Act on what the server answered; returns whether the room is kept now. */
  private async take(answer: Response, wasKept: boolean): Promise<boolean> {
    const meaning = meaningOf(answer);
    if (meaning === "away" || meaning === "broken") return wasKept;
    const shell = meaning === "keep" ? shellIn(await answer.clone().text()) : null;
    const { scope, caches } = this.ports;
    const names = await caches.keys();
    if (!shell) {
      await this.drop(names.filter((name) => unitsOf([name], scope).length > 0));
      return false;
    }
    const unit = await unitOf(shell, scope);
    await this.drop(names.filter((name) => !haveOneOwner(name, unit))); // First of all, others' pages.
    await this.fill(unit, shell.assets, answer);
    await this.drop(names.filter((name) => name !== unit));
    return true;
  }

  private async fill(unit: string, assets: string[], page: Response): Promise<void> {
    const cache = await this.ports.caches.open(unit);
    const present = await Promise.all(assets.map((asset) => cache.match(asset, MATCH)));
    try {
      await cache.addAll(assets.filter((_, index) => !present[index]));
      await cache.put(this.ports.scope, page);
    } catch (error) {
      if (!(await this.pageIn(unit))) await this.ports.caches.delete(unit); // The older one serves on.
      throw error;
    }
  }

  private async drop(names: string[]): Promise<void> {
    await Promise.all(names.map((name) => this.ports.caches.delete(name)));
  }

  private async isKeptFor(person: string): Promise<boolean> {
    const names = unitsOf(await this.ports.caches.keys(), this.ports.scope);
    const [unit] = names.filter((name) => name.startsWith(`${person}/`));
    return unit !== undefined && (await this.pageIn(unit)) !== undefined;
  }

  private async keptPage(): Promise<Response | undefined> {
    for (const name of unitsOf(await this.ports.caches.keys(), this.ports.scope)) {
      const page = await this.pageIn(name);
      if (page) return page;
    }
    return undefined;
  }

  private async pageIn(name: string): Promise<Response | undefined> {
    return (await this.ports.caches.open(name)).match(this.ports.scope, MATCH);
  }
}
