import { describe, expect, it } from "vitest";
import { Autosave } from "../autosave";
import { storm } from "./storm";

describe("under drop, duplicate, reorder, pause, second tabs, crash and reload", () => {
  it("no answer that was acknowledged or kept is lost, and none is called saved too early", async () => {
    for (let seed = 1; seed <= 200; seed += 1) await storm(Autosave, seed);
    expect.assertions(0);
  }, 60_000); // one second where nothing else runs
});
