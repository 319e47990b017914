import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { OWN_DATABASE, claim, forgetOthers, isOwner } from "$web/own";
import { startOwnership } from "./ownership";

let cached: Set<string>;
let unregister: ReturnType<typeof vi.fn>;

async function databases(): Promise<string[]> {
  return (await indexedDB.databases()).map(({ name }) => name ?? "");
}

/** Keep something in a database as the room does: it lets go when the database is to go. */
function fill(name: string): Promise<void> {
  return new Promise((resolve) => {
    const request = indexedDB.open(name, 1);
    request.onupgradeneeded = () => request.result.createObjectStore("papers");
    request.onsuccess = () => {
      request.result.close();
      resolve();
    };
  });
}

async function onPage(person?: string): Promise<void> {
  if (person === undefined) delete document.body.dataset.person;
  else document.body.dataset.person = person;
  await startOwnership();
}

beforeEach(async () => {
  cached = new Set(["7/room/sittings/5/room/aa"]);
  unregister = vi.fn(() => Promise.resolve(true));
  vi.stubGlobal("caches", {
    keys: () => Promise.resolve([...cached]),
    delete: (name: string) => Promise.resolve(cached.delete(name)),
  });
  Object.defineProperty(navigator, "serviceWorker", {
    value: { getRegistrations: () => Promise.resolve([{ unregister }]) },
    configurable: true,
  });
  claim("7");
  await fill(OWN_DATABASE);
  await fill("invigil-answers");
});

afterEach(() => {
  vi.unstubAllGlobals();
  Reflect.deleteProperty(navigator, "serviceWorker");
  localStorage.clear();
  document.body.replaceChildren();
});

describe("a page", () => {
  it("of the same person leaves everything", async () => {
    await onPage("7");
    expect(cached.size).toBe(1);
    expect(await databases()).toContain(OWN_DATABASE);
    expect(isOwner("7")).toBe(true);
    expect(unregister).not.toHaveBeenCalled();
  });

  it.each([["another person", "8"], ["nobody", ""]])("of %s removes it, but no unsent answer", async (_, person) => {
    await onPage(person);
    expect(cached.size).toBe(0);
    expect(await databases()).not.toContain(OWN_DATABASE);
    expect(await databases()).toContain("invigil-answers");
    expect(unregister).toHaveBeenCalled();
    expect(isOwner("7")).toBe(false);
  });

  it("of a failure, which does not know who is signed in, leaves everything", async () => {
    await onPage();
    expect(cached.size).toBe(1);
    expect(isOwner("7")).toBe(true);
  });
});

it("a form that signs out removes everything at once, other forms nothing", async () => {
  await onPage("7");
  document.body.innerHTML = "<form id=other></form><form id=out data-signs-out></form>";
  const send = (id: string) => document.getElementById(id)?.dispatchEvent(new Event("submit", { bubbles: true }));
  send("other");
  await vi.waitFor(() => expect(cached.size).toBe(1));
  send("out");
  await vi.waitFor(async () => expect(await databases()).not.toContain(OWN_DATABASE));
  expect(cached.size).toBe(0);
  expect(isOwner("7")).toBe(false);
});

it("an interrupted removal is done again", async () => {
  claim("-");
  await forgetOthers("7");
  expect(await databases()).not.toContain(OWN_DATABASE);
});

it("a cache without an owner's mark is removed although nobody kept papers", async () => {
  localStorage.clear();
  await forgetOthers("8");
  expect(cached.size).toBe(0);
});

it("nobody owns anything in a browser that keeps nothing", () => {
  vi.stubGlobal("localStorage", { getItem: () => { throw new Error("blocked"); }, setItem: () => { throw new Error("blocked"); } });
  claim("7");
  expect(isOwner("7")).toBe(false);
  expect(isOwner("")).toBe(false);
});
