import { tick } from "svelte";
import { beforeEach, expect, it } from "vitest";
import EmptyState from "$web/components/EmptyState.svelte";
import { mountIsland, readProps, socketUrl } from "$web/mount";

beforeEach(() => {
  document.body.innerHTML = "";
});

it("an island gets the props the server wrote and replaces its loading state", async () => {
  document.body.innerHTML = `
    <div data-island="empty"><p>Loading…</p></div>
    <script type="application/json" id="island-props">{"title": "No sittings yet", "icon": "calendar"}</script>`;
  const stop = mountIsland("empty", EmptyState);
  await tick();
  expect(document.querySelector(".empty b")?.textContent).toBe("No sittings yet");
  expect(document.body.textContent).not.toContain("Loading");
  await stop();
  expect(document.querySelector(".empty")).toBeNull();
});

it("props may have another name, and none are none", () => {
  document.body.innerHTML = '<script type="application/json" id="mine">{"a": 1}</script>';
  expect(readProps("mine")).toEqual({ a: 1 });
  expect(readProps("nothing")).toEqual({});
});

it("the page names its socket", () => {
  document.body.dataset.wsUrl = "ws://localhost:8001/ws/";
  expect(socketUrl()).toBe("ws://localhost:8001/ws/");
});
