import { beforeEach, describe, expect, it } from "vitest";
import { Drafts } from "$chat/drafts";
import type { Unsent } from "$chat/room";

const message: Unsent = { clientId: "c", body: "hi", attachment: null, at: 1, status: "sending", code: "" };

describe("drafts", () => {
  beforeEach(() => localStorage.clear());

  it("come back after a reload; what was on its way waits for the person", () => {
    new Drafts(1, "r").save({ draft: "half", unsent: [message] });
    expect(new Drafts(1, "r").load()).toEqual({ draft: "half", unsent: [{ ...message, status: "failed", code: "disconnected" }] });
  });

  it("belong to one person and one room", () => {
    new Drafts(1, "r").save({ draft: "secret", unsent: [] });
    expect(new Drafts(2, "r").load().draft).toBe("");
    expect(new Drafts(1, "s").load().draft).toBe("");
  });

  it("leave nothing behind when everything is sent", () => {
    const drafts = new Drafts(1, "r");
    drafts.save({ draft: "x", unsent: [] });
    drafts.save({ draft: "", unsent: [] });
    expect(localStorage.length).toBe(0);
  });

  it.each(["not json", "[]", '{"draft": 4, "unsent": "x"}', "null"])("survive foreign content %s", (text) => {
    localStorage.setItem("chat:1:r", text);
    expect(new Drafts(1, "r").load()).toEqual({ draft: "", unsent: [] });
  });

  it("work without storage", () => {
    const drafts = new Drafts(1, "r", null);
    drafts.save({ draft: "x", unsent: [] });
    expect(drafts.load().draft).toBe("");
  });
});
