import { expect, it, vi } from "vitest";
import { Watched } from "./status";

it("tells the value at once and every change once", () => {
  const watched = new Watched("a");
  const run = vi.fn();
  const stop = watched.subscribe(run);
  watched.set("b");
  watched.set("b");
  stop();
  watched.set("c");
  expect(run.mock.calls).toEqual([["a"], ["b"]]);
  expect(watched.value).toBe("c");
});

it("lets a watcher stop itself while it is called", () => {
  const watched = new Watched(0);
  const other = vi.fn();
  const stop = watched.subscribe((value) => value === 1 && stop());
  watched.subscribe(other);
  watched.set(1);
  expect(other).toHaveBeenLastCalledWith(1);
});
