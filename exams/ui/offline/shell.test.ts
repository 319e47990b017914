import { describe, expect, it } from "vitest";
import { haveOneOwner, kindOf, meaningOf, shellIn, unitOf, unitsOf } from "./shell";

const SCOPE = "https://exam.example/sittings/5/room/";
const ask = (path: string, more = {}) => ({ method: "GET", mode: "no-cors", url: new URL(path, SCOPE).href, ...more });

describe("what passes through the worker", () => {
  it("is the page of this room", () => {
    expect(kindOf(ask("/sittings/5/room/", { mode: "navigate" }), SCOPE)).toBe("room");
    expect(kindOf(ask("/sittings/5/room/?from=lobby", { mode: "navigate" }), SCOPE)).toBe("room");
  });

  it.each(["/static/dist/assets/exams-room-Cmglz0ZB.js", "/static/dist/assets/inter-latin-wght-normal-Dx4kXJAl.woff2", "/i18n/fa.js?v=12"])(
    "and files named by their content: %s",
    (path) => expect(kindOf(ask(path), SCOPE)).toBe("asset"),
  );

  it.each([
    "/api/attempts/1", "/api/attempts/1/answers", "/api/v1/exams", "/ws/", "/uploads/", "/uploads/4f/file",
    "/sittings/offline.js", "/favicon.svg", "/i18n/fa.js", "/static/admin/css/base.css",
    "/static/dist/assets/plain.js", "/static/dist/assets/../../../api/attempts/1",
    "https://elsewhere.example/static/dist/assets/exams-room-Cmglz0ZB.js",
  ])("but not %s", (path) => {
    expect(kindOf(ask(path), SCOPE)).toBe("other");
  });

  it.each(["/", "/sittings/5/lobby/", "/sittings/6/room/", "/sittings/5/room/extra/", "/accounts/login/", "/api/attempts/1"])(
    "and no other page: %s",
    (path) => expect(kindOf(ask(path, { mode: "navigate" }), SCOPE)).toBe("other"),
  );

  it.each(["POST", "PUT", "DELETE", "HEAD"])("and nothing sent by %s", (method) => {
    expect(kindOf(ask("/sittings/5/room/", { method, mode: "navigate" }), SCOPE)).toBe("other");
    expect(kindOf(ask("/static/dist/assets/exams-room-Cmglz0ZB.js", { method }), SCOPE)).toBe("other");
  });

  it("is not the room read by a script", () => {
    expect(kindOf(ask("/sittings/5/room/"), SCOPE)).toBe("other");
  });
});

describe("the shell", () => {
  it("is found in the page of a room only", () => {
    const shell = { user: 7, assets: ["/a-12345678.js"] };
    const page = `<p>x</p><script id="room-shell" type="application/json">${JSON.stringify(shell)}</script><script>y</script>`;
    expect(shellIn(page)).toEqual(shell);
    expect(shellIn("<p>Sign in</p>")).toBeNull();
    expect(shellIn('<script id="room-shell" type="application/json">{"user":</script>')).toBeNull();
    expect(shellIn('<script id="room-shell" type="application/json">{"assets":[]}</script>')).toBeNull();
    expect(shellIn('<script id="room-shell" type="application/json">{"user":7}</script>')).toBeNull();
  });

  it("is kept under its owner, its room and its release", async () => {
    const unit = await unitOf({ user: 7, assets: ["/a", "/b"] }, SCOPE);
    expect(unit).toMatch(/^7\/room\/sittings\/5\/room\/[0-9a-f]{16}$/);
    expect(await unitOf({ user: 7, assets: ["/a", "/c"] }, SCOPE)).not.toBe(unit);
    expect(await unitOf({ user: 8, assets: ["/a", "/b"] }, SCOPE)).toBe(unit.replace(/^7/, "8"));
    expect(unitsOf([unit, "7/other"], SCOPE)).toEqual([unit]);
    expect(unitsOf([unit], SCOPE.replace("/5/", "/15/"))).toEqual([]);
  });

  it("of two people is of none", () => {
    expect(unitsOf(["7/room/sittings/5/room/aa", "8/anything"], SCOPE)).toEqual([]);
    expect(haveOneOwner("7/room/a", "7/room/b")).toBe(true);
    expect(haveOneOwner("7/room/a", "77/room/a")).toBe(false);
  });
});

describe("an answer of the server", () => {
  const meaning = (status: number, redirected = false) => meaningOf({ ok: status >= 200 && status < 300, status, redirected });

  it("is kept, passed over, shown, or the end", () => {
    expect([200, 503, 429, 500, 404, 302, 0].map((status) => meaning(status))).toEqual(
      ["keep", "away", "away", "broken", "gone", "gone", "gone"],
    );
    expect(meaning(200, true)).toBe("gone");
  });
});
