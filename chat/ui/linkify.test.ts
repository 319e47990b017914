import { describe, expect, it } from "vitest";
import { linkify } from "$chat/linkify";

const links = (text: string) => linkify(text).filter((part) => part.href).map((part) => part.text);

describe("linkify", () => {
  it.each([
    ["see https://a.example/x, please", ["https://a.example/x"]],
    ["(http://a.example/b_(c))", ["http://a.example/b_(c)"]],
    ["https://a.example/?q=1&r=2#top.", ["https://a.example/?q=1&r=2#top"]],
    ["ببینید https://a.example/صفحه؟", ["https://a.example/صفحه"]],
    ["two: https://a.example https://b.example!", ["https://a.example", "https://b.example"]],
  ])("finds the address in %s", (text, found) => {
    expect(links(text)).toEqual(found);
  });

  it.each([
    "javascript:alert(1)", "data:text/html,x", "ftp://a.example", "http://", "https://localhost/x", "http://bank.example@evil.example/",
    "file:///etc/passwd", "vbscript:x", "//a.example", "https:/a.example",
  ])("leaves %s as text", (text) => {
    expect(links(text)).toEqual([]);
  });

  it("cannot be led out of the attribute", () => {
    for (const part of linkify(`https://a.example/"onmouseover="x <b>https://a.example/<script>`)) {
      expect(part.href ?? "").not.toMatch(/["<>\s]/);
    }
  });

  it("gives back every character", () => {
    const text = "a https://a.example/b. (https://c.example) javascript:x 👋 پایان";
    expect(linkify(text).map((part) => part.text).join("")).toBe(text);
  });

  it("is fast on hostile text", () => {
    const began = performance.now();
    linkify("https://a.example/" + ")".repeat(2000));
    linkify("http".repeat(500) + "://".repeat(500));
    expect(performance.now() - began).toBeLessThan(300);
  });
});
