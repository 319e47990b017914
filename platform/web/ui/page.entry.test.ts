import { afterEach, expect, test, vi } from "vitest";
import { FakeSocket } from "$web/testing/fake-socket";

afterEach(() => vi.unstubAllGlobals());

test("a plain page that follows something opens one socket", async () => {
  vi.stubGlobal("WebSocket", FakeSocket);
  document.body.dataset.wsUrl = "ws://127.0.0.1:8001/ws/";
  document.body.innerHTML = '<main><p data-follows="sitting:12"></p></main>';
  await import("./page.entry");
  await vi.waitFor(() => expect(FakeSocket.all).not.toHaveLength(0));
  await vi.dynamicImportSettled();
  expect(FakeSocket.all.map(({ url }) => url)).toEqual(["ws://127.0.0.1:8001/ws/"]);
});
