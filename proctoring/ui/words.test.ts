import { describe, expect, it } from "vitest";
import type { LogEntry } from "$proctoring/wall";
import { logText, logWords } from "$proctoring/words";

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
