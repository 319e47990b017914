import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { FakeSocket } from "$web/testing/fake-socket";

const PROPS = {
  attempt: 7,
  server_time: 1_000_000,
  topics: { attempt: "attempt:7", sitting: "sitting:3", media: "media:3" },
  urls: { room: "/room/" },
  sitting: {
    id: 3, title: "Algebra", subject: "", state: "lobby", lobby_opens_at: 0, starts_at: 2_000_000, closes_at: 9_000_000,
    duration_s: 3600, grace_s: 60, camera: "off", chat_lock: "never", navigation: "free",
  },
};
const CANDIDATE = { name: "Ana", seat: "A1", urls: { home: "/", results: "/results/", login: "/login/" } };

beforeEach(() => {
  vi.stubGlobal("WebSocket", FakeSocket);
  vi.stubGlobal("Worker", undefined);
  vi.stubGlobal("fetch", () => new Promise(() => {}));
  const json = (id: string, props: object) => `<script type="application/json" id="${id}">${JSON.stringify(props)}</script>`;
  document.body.innerHTML = `<div data-island="lobby"></div>${json("island-props", PROPS)}${json("candidate-props", CANDIDATE)}`;
});
afterEach(() => void vi.unstubAllGlobals());

it("follows the attempt while the student waits, so that the board shows who is in the lobby", async () => {
  await import("./lobby.entry");
  const topics = FakeSocket.latest.hello().of("sub").map((frame) => frame.top);
  expect(topics).toContain("attempt:7");
  expect(topics).toContain("sitting:3");
}, 60_000); // the whole page is compiled first
