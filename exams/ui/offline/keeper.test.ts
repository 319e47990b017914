import { beforeEach, describe, expect, it } from "vitest";
import { RoomKeeper } from "./keeper";

const SCOPE = "https://exam.example/sittings/5/room/";
const OLD = ["/i18n/en.js?v=1", "/static/dist/assets/room-aaaaaaaa.js"];
const NEW = ["/i18n/en.js?v=1", "/static/dist/assets/room-bbbbbbbb.js"];

function pageOf(user: number, assets: string[], words = "room"): Response {
  const shell = JSON.stringify({ user, assets });
  return new Response(`<p>${words} of ${user}</p><script id="room-shell" type="application/json">${shell}</script>`);
}

const redirect = () => Object.defineProperty(new Response(null), "status", { value: 0 });
const notOk = (status: number) => new Response("no", { status });

/** Cache Storage in small; files come from `files`, one that is missing fails as it would. */
class SmallCaches {
  readonly stores = new Map<string, Map<string, Response>>();
  readonly missing = new Set<string>();
  fetched: string[] = [];

  keys = () => Promise.resolve([...this.stores.keys()]);
  delete = (name: string) => Promise.resolve(this.stores.delete(name));
  open = (name: string) => {
    const store = this.stores.get(name) ?? new Map<string, Response>();
    this.stores.set(name, store);
    const path = (url: string) => new URL(url, SCOPE).href;
    return Promise.resolve({
      match: (url: string) => Promise.resolve(store.get(path(url))?.clone()),
      put: async (url: string, response: Response) => void store.set(path(url), response),
      addAll: async (urls: string[]) => {
        if (urls.some((url) => this.missing.has(url))) throw new TypeError("404");
        this.fetched.push(...urls);
        for (const url of urls) store.set(path(url), new Response(`file ${url}`));
      },
    } as unknown as Cache);
  };
}

let stored: SmallCaches;
let answer: () => Promise<Response>;
let asked: string[];
let patienceOver: () => void;
let keeper: RoomKeeper;

beforeEach(() => {
  stored = new SmallCaches();
  asked = [];
  keeper = makeKeeper();
  serve(pageOf(7, OLD));
});

function makeKeeper(scope = SCOPE): RoomKeeper {
  return new RoomKeeper({
    scope,
    caches: stored as unknown as CacheStorage,
    fetch: (request) => {
      asked.push(typeof request === "string" ? request : request.url);
      return answer();
    },
    pause: () => new Promise((resolve) => (patienceOver = resolve)),
  });
}

function serve(response: Response): void {
  answer = () => Promise.resolve(response.clone());
}

function cutTheNetwork(): void {
  answer = () => Promise.reject(new TypeError("Failed to fetch"));
}

async function reload(by = keeper): Promise<string> {
  const response = await by.open(new Request(SCOPE));
  await by.settled();
  return response.text();
}

describe("the page of the room", () => {
  it("comes from the server, and without a network from the device", async () => {
    expect(await reload()).toContain("room of 7");
    cutTheNetwork();
    expect(await reload(makeKeeper())).toContain("room of 7");
  });

  it("is as the server last served it", async () => {
    await reload();
    serve(pageOf(7, OLD, "later room"));
    await reload();
    cutTheNetwork();
    expect(await reload()).toContain("later room");
  });

  it.each([408, 429, 502, 503, 504])("comes from the device when the server says %d", async (status) => {
    await reload();
    serve(notOk(status));
    expect(await reload()).toContain("room of 7");
  });

  it("comes from the device when the server takes too long", async () => {
    await reload();
    answer = () => new Promise(() => {});
    const opening = keeper.open(new Request(SCOPE));
    await new Promise((resolve) => setTimeout(resolve, 0));
    patienceOver();
    expect(await (await opening).text()).toContain("room of 7");
  });

  it("shows the failure when nothing is kept", async () => {
    cutTheNetwork();
    await expect(keeper.open(new Request(SCOPE))).rejects.toThrow();
    serve(notOk(503));
    expect((await keeper.open(new Request(SCOPE))).status).toBe(503);
  });

  it("of a mistake of the server's is shown, and what is kept stays", async () => {
    await reload();
    serve(notOk(500));
    expect(await reload()).toBe("no");
    cutTheNetwork();
    expect(await reload()).toContain("room of 7");
  });

  it.each([
    ["a redirect to the sign-in", redirect()],
    ["not yours", notOk(404)],
    ["forbidden", notOk(403)],
    ["another page", new Response("<p>home</p>")],
    ["a damaged shell", new Response('<script id="room-shell" type="application/json">{"user":"7"}</script>')],
  ])("is forgotten when the server answers with %s", async (_, response) => {
    await reload();
    serve(response);
    await reload();
    expect(stored.stores.size).toBe(0);
    cutTheNetwork();
    await expect(keeper.open(new Request(SCOPE))).rejects.toThrow();
  });
});

describe("another person", () => {
  it("replaces the one before, and never sees that page", async () => {
    await reload();
    serve(pageOf(8, OLD));
    expect(await reload()).toContain("room of 8");
    expect([...stored.stores.keys()].map((name) => name.split("/")[0])).toEqual(["8"]);
    cutTheNetwork();
    expect(await reload()).toContain("room of 8");
  });

  it("drives the page out even when the own one cannot be kept", async () => {
    await reload();
    stored.missing.add(NEW[1] as string);
    serve(pageOf(8, NEW));
    await reload();
    expect(stored.stores.size).toBe(0);
  });

  it("is shown nothing while pages of two people are there", async () => {
    await reload();
    await (await stored.open("8/room/sittings/5/room/x")).put(SCOPE, pageOf(8, OLD));
    cutTheNetwork();
    await expect(keeper.open(new Request(SCOPE))).rejects.toThrow();
  });

  it("is not told that the room is kept because it was for somebody else", async () => {
    await reload();
    serve(pageOf(8, OLD));
    expect(await keeper.keep("8")).toBe(true);
    expect(await reload()).toContain("room of 8");
    serve(pageOf(7, OLD));
    expect(await keeper.keep("9")).toBe(false);
  });
});

describe("a new release", () => {
  it("brings its own files, and the old unit goes", async () => {
    await reload();
    serve(pageOf(7, NEW, "new room"));
    await reload();
    expect(stored.stores.size).toBe(1);
    const [unit] = stored.stores.values();
    expect([...(unit?.keys() ?? [])].some((url) => url.includes("aaaaaaaa"))).toBe(false);
    cutTheNetwork();
    expect(await reload()).toContain("new room");
  });

  it("whose files cannot all be had leaves the old page with the old files", async () => {
    await reload();
    stored.missing.add(NEW[1] as string);
    serve(pageOf(7, NEW, "new room"));
    expect(await reload()).toContain("new room");
    cutTheNetwork();
    expect(await reload()).not.toContain("new room");
    const file = await keeper.file(new Request(new URL(OLD[1] as string, SCOPE)));
    expect(await file.text()).toContain("aaaaaaaa");
  });

  it("does not fetch again what is kept", async () => {
    await reload();
    await reload();
    expect(stored.fetched).toEqual(OLD);
  });
});

describe("a file", () => {
  it("comes from the device without a question to the server", async () => {
    await reload();
    asked = [];
    cutTheNetwork();
    const file = await keeper.file(new Request(new URL(OLD[0] as string, SCOPE)));
    expect(await file.text()).toBe("file /i18n/en.js?v=1");
    expect(asked).toEqual([]);
  });

  it("of another version comes from the network and is not kept", async () => {
    await reload();
    serve(new Response("other"));
    const file = await keeper.file(new Request(new URL("/i18n/en.js?v=2", SCOPE)));
    expect(await file.text()).toBe("other");
    cutTheNetwork();
    await expect(keeper.file(new Request(new URL("/i18n/en.js?v=2", SCOPE)))).rejects.toThrow();
  });
});

describe("keeping on request", () => {
  it("asks the server once, for the room and nothing else", async () => {
    expect(await keeper.keep("7")).toBe(true);
    expect(await keeper.keep("7")).toBe(true);
    expect(asked).toEqual([SCOPE]);
  });

  it("says what is kept when there is no network", async () => {
    cutTheNetwork();
    expect(await keeper.keep("7")).toBe(false);
    serve(pageOf(7, OLD));
    await keeper.keep("7");
    cutTheNetwork();
    expect(await makeKeeper().keep("7")).toBe(true);
  });

  it("ends when the exam is over", async () => {
    await keeper.keep("7");
    await keeper.forget();
    expect(stored.stores.size).toBe(0);
    expect(await keeper.keep("7")).toBe(true);
    expect(asked).toHaveLength(2);
  });

  it("keeps one room: another one takes its place", async () => {
    await keeper.keep("7");
    const other = makeKeeper("https://exam.example/sittings/15/room/");
    await other.keep("7");
    expect([...stored.stores.keys()]).toEqual([expect.stringContaining("/sittings/15/room/")]);
  });
});

it("tidies away what is not complete, and leaves what is", async () => {
  await keeper.keep("7");
  await stored.open("7/room/sittings/5/room/half");
  await keeper.tidy();
  expect(stored.stores.size).toBe(1);
  cutTheNetwork();
  expect(await reload()).toContain("room of 7");
});
