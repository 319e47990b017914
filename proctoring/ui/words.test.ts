import { describe, expect, it } from "vitest";
import type { LogEntry, TileView } from "$proctoring/wall";
import { logText, logWords, markWord, needsOf, timeLeft } from "$proctoring/words";

const link = (kind: string, is_back: boolean): LogEntry => ({
  kind: "link",
  key: "link:1",
  at: 5,
  attempt: 1,
  link: { id: 1, attempt: 1, link: kind, is_back, at: 5 },
});

const help = { id: "h", attempt: 1, text: "Which page?", asked_at: 5, reply: "Page 3", answered_at: 9, answered_by: "Ivo" };

describe("lines of the log", () => {
  it("say what went and what came back", () => {
    const texts = [link("connection", false), link("connection", true), link("camera", false), link("camera", true)].map(logText);
    expect(texts).toEqual(["connection lost", "connected again", "camera lost", "camera is back"]);
    expect(logWords(link("camera", true))).toBe("");
  });

  it("carry the words of who asked and of who answered", () => {
    const asked: LogEntry = { kind: "asked", key: "asked:h", at: 5, attempt: 1, help };
    const answered: LogEntry = { kind: "answered", key: "answered:h", at: 9, attempt: 1, help };
    expect([logText(asked), logWords(asked)]).toEqual(["asks for help", "Which page?"]);
    expect([logText(answered), logWords(answered)]).toEqual(["Ivo answered", "Page 3"]);
  });
});

describe("an incident in the log", () => {
  const incident = {
    id: 7, attempt: 1, kind: "paste", severity: 0.5, state: "dismissed", first_at: 5, last_at: 6, count: 2, amount: 720,
    unit: "characters", statement: "From my notes", owner: "Ivo", reason: "Own notes", decided_at: 9,
  };

  it("says what was noticed, in the student's words too, and how a person decided", () => {
    const noticed: LogEntry = { kind: "noticed", key: "noticed:7", at: 5, attempt: 1, incident };
    const decided: LogEntry = { kind: "decided", key: "decided:7", at: 9, attempt: 1, incident };
    expect([logText(noticed), logWords(noticed)]).toEqual(["Pasted text · 720 characters · 2 times", "From my notes"]);
    expect([logText(decided), logWords(decided)]).toEqual(["Pasted text · dismissed by Ivo", "Own notes"]);
  });
});

describe("a tile", () => {
  const view = (row: object, rest: object = {}) => ({ row, net: { state: "online", since: 0 }, ...rest }) as TileView;

  it("shows a clock that runs while the candidate works and stands in a pause", () => {
    const working = view({ state: "running", deadline: 100_000, paused_at: null });
    const paused = view({ state: "paused", deadline: 100_000, paused_at: 40_100 });
    expect([timeLeft(working, 40_000), timeLeft(working, 60_000)]).toEqual(["01:00", "00:40"]);
    expect([timeLeft(paused, 40_100), timeLeft(paused, 60_000)]).toEqual(["Ⅱ 01:00", "Ⅱ 01:00"]);
    expect(timeLeft(view({ state: "ready", deadline: null, paused_at: null }), 0)).toBe("");
  });

  it("has a word for each of its marks", () => {
    const paused = view({ state: "paused" }, { help: { ...help, asked_at: 1_000 }, net: { state: "lost", since: 2_000 } });
    const words = (["help", "state", "link"] as const).map((kind) => markWord(paused, { kind, tone: "ok" }, 62_000));
    expect(words).toEqual(["Asks for help 01:01", "Paused", "Offline 01:00"]);
  });
});

describe("what an invigilator has to know of a candidate", () => {
  it("is nothing for most", () => {
    expect(needsOf({ exemptions: [], breaks: 0, break_s: 0, note: "" })).toEqual([]);
  });

  it("names exemptions, breaks and the note, each on a line of its own", () => {
    const row = { exemptions: ["camera", "reader"], breaks: 2, break_s: 600, note: "Seat by the door" };
    expect(needsOf(row)).toEqual([
      "No camera",
      "Reads with a screen reader, or is read to",
      "2 breaks of 10 min",
      "Seat by the door",
    ]);
  });
});
