import { describe, expect, it } from "vitest";
import { SNAPSHOT } from "../room/testing";
import { type LobbyState, cameraUse, countdownOf, hasMoved, lookAfterMs, stageOf, waitsFor } from "./lobby";

function lobby(part: Partial<LobbyState> = {}, sitting: Partial<LobbyState["sitting"]> = {}): LobbyState {
  return {
    sitting: { ...SNAPSHOT.sitting, state: "lobby", lobby_opens_at: 1_000, starts_at: 9_000, ...sitting },
    attempt: "ready",
    agreed: false,
    checkedIn: false,
    storage: "ok",
    connection: "ok",
    camera: "ok",
    ...part,
  };
}

describe("stage", () => {
  it.each([
    [{}, { state: "scheduled" }, "early"],
    [{}, {}, "check_in"],
    [{ checkedIn: true }, {}, "ready"],
    [{ checkedIn: true }, { state: "running" }, "start"],
    [{}, { state: "running" }, "check_in"],
    [{ checkedIn: true }, { state: "cancelled" }, "cancelled"],
    [{ checkedIn: true }, { state: "closed" }, "over"],
    [{ attempt: "submitted" }, { state: "running" }, "over"],
    [{ attempt: "absent" }, { state: "running" }, "over"],
    [{ attempt: "paused", checkedIn: true }, { state: "running" }, "start"],
  ] as const)("%j in %j is %s", (part, sitting, stage) => {
    expect(stageOf(lobby(part, sitting))).toBe(stage);
  });
});

it("is over for everybody when the sitting was ended early", () => {
  const early_end = { at: 5, by: "admin", reason: "Alarm" };
  expect(stageOf(lobby({ checkedIn: true }, { state: "running", early_end }))).toBe("over");
});

describe("new times", () => {
  it.each([
    [{ starts_at: 10_000 }, true],
    [{ closes_at: 1 }, true],
    [{ lobby_opens_at: 1 }, true],
    [{ duration_s: 1 }, true],
    [{ state: "lobby" as const }, false],
    [{ starts_at: 9_000 }, false],
    [{}, false],
  ])("%j: %s", (news, moved) => {
    expect(hasMoved(lobby().sitting, news)).toBe(moved);
  });
});

describe("what the check-in waits for", () => {
  it("is always named", () => {
    expect(waitsFor(lobby({ connection: "unknown", camera: "unknown" }))).toEqual(["agree", "connection"]);
    expect(waitsFor(lobby({ agreed: true, camera: "unknown" }))).toEqual(["camera"]);
    expect(waitsFor(lobby({ agreed: true }))).toEqual([]);
  });

  it("is never a camera that failed, or one that nobody asked for", () => {
    expect(waitsFor(lobby({ agreed: true, camera: "failed" }))).toEqual([]);
    expect(waitsFor(lobby({ agreed: true, camera: "unknown" }, { camera: "optional" }))).toEqual([]);
  });
});

describe("the camera", () => {
  it("is never shown to anybody before the agreement", () => {
    expect([cameraUse("required", false), cameraUse("optional", false)]).toEqual(["withheld", "withheld"]);
  });

  it("is shown by the agreement only where the exam asks for it", () => {
    expect(cameraUse("required", true)).toBe("shared");
    expect(cameraUse("optional", true)).toBe("own");
    expect(cameraUse("off", true)).toBe("off");
  });
});

describe("countdown", () => {
  it("runs to the lobby, then to the start, then not at all", () => {
    expect(countdownOf(lobby({}, { state: "scheduled" }))).toBe(1_000);
    expect(countdownOf(lobby())).toBe(9_000);
    expect(countdownOf(lobby({ checkedIn: true }))).toBe(9_000);
    expect(countdownOf(lobby({}, { state: "running" }))).toBeNull();
    expect(countdownOf(lobby({}, { state: "cancelled" }))).toBeNull();
  });

  it("spreads a class over two seconds and then looks every few seconds", () => {
    expect(lookAfterMs(lobby(), 4_000, () => 0)).toBe(5_000);
    expect(lookAfterMs(lobby(), 4_000, () => 1)).toBe(7_000);
    expect(lookAfterMs(lobby(), 9_000, () => 0)).toBe(4_000);
    expect(lookAfterMs(lobby({}, { state: "running" }), 0, () => 0.5)).toBe(5_000);
  });
});
