import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { toTrueType } from "./woff2";

const FILE = "node_modules/@fontsource-variable/vazirmatn/files/vazirmatn-arabic-wght-normal.woff2";

function opened(): { font: DataView; tables: Map<string, [number, number]> } {
  const bytes = toTrueType(readFileSync(FILE));
  const font = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const tables = new Map<string, [number, number]>();
  for (let place = 0; place < font.getUint16(4); place++) {
    const at = 12 + 16 * place;
    const tag = String.fromCharCode(...bytes.subarray(at, at + 4));
    tables.set(tag, [font.getUint32(at + 8), font.getUint32(at + 12)]);
  }
  return { font, tables };
}

test("the font has the tables of a variable TrueType font, in order and inside the file", () => {
  const { font, tables } = opened();
  const names = [...tables.keys()];
  expect(font.getUint32(0)).toBe(0x00010000);
  expect(names).toEqual([...names].sort());
  expect(names).toEqual(expect.arrayContaining(["cmap", "fvar", "glyf", "gvar", "head", "loca", "maxp"]));
  for (const [offset, length] of tables.values()) {
    expect(offset % 4).toBe(0);
    expect(offset + length).toBeLessThanOrEqual(font.byteLength);
  }
});

test("every glyph lies behind the one before, in the font's box, and begins where its metrics say", () => {
  const { font, tables } = opened();
  const start = (tag: string) => tables.get(tag)![0];
  const [loca, glyf, head] = [start("loca"), start("glyf"), start("head")];
  const measured = font.getUint16(start("hhea") + 34);
  const bearing = (glyph: number) =>
    font.getInt16(start("hmtx") + (glyph < measured ? 4 * glyph + 2 : 2 * (glyph + measured)));
  const count = font.getUint16(start("maxp") + 4);
  let [simple, end] = [0, 0];
  for (let glyph = 0; glyph < count; glyph++) {
    const [from, to] = [font.getUint32(loca + 4 * glyph), font.getUint32(loca + 4 * glyph + 4)];
    expect(from).toBe(end);
    end = to;
    if (to === from || font.getInt16(glyf + from) < 0) continue;
    const [left, bottom, right, top] = boxOf(font, glyf + from);
    expect(left).toBe(bearing(glyph)); // stored by who made the font, not read from the outline
    for (const [edge, place] of [[left, 36], [bottom, 38]] as const) {
      expect(edge).toBeGreaterThanOrEqual(font.getInt16(head + place));
    }
    for (const [edge, place] of [[right, 40], [top, 42]] as const) {
      expect(edge).toBeLessThanOrEqual(font.getInt16(head + place));
    }
    simple++;
  }
  expect(end).toBe(tables.get("glyf")![1]);
  expect(simple).toBeGreaterThan(200);
});

/** The box around the points of a simple glyph: left, bottom, right, top. */
function boxOf(font: DataView, start: number): [number, number, number, number] {
  const ends = start + 10;
  const contours = font.getInt16(start);
  const points = font.getUint16(ends + 2 * (contours - 1)) + 1;
  const steps = ends + 2 * contours + 2 + font.getUint16(ends + 2 * contours) + points;
  const along = (from: number) => {
    let at = 0;
    return Array.from({ length: points }, (_, point) => (at += font.getInt16(from + 2 * point)));
  };
  const [xs, ys] = [along(steps), along(steps + 2 * points)];
  return [Math.min(...xs), Math.min(...ys), Math.max(...xs), Math.max(...ys)];
}

test("what is no such font is refused", () => {
  expect(() => toTrueType(new Uint8Array(64))).toThrow("not such a file");
  const collection = readFileSync(FILE);
  collection.write("ttcf", 4, "latin1");
  expect(() => toTrueType(collection)).toThrow("a collection");
});
