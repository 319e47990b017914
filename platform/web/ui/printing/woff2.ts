/**
 * Opens a WOFF2 font as a plain TrueType one: the typesetter of printed documents reads no other.
 *
 * Source: W3C, WOFF File Format 2.0 (2022), sections 4 and 5. Collections, and a transformed hmtx
 * table, are refused: our fonts have neither.
 */
import { brotliDecompressSync } from "node:zlib";

/** Known tags by their number; the table of section 4.1. A low line stands for a space. */
const TAGS = (
  "cmap head hhea hmtx maxp name OS/2 post cvt_ fpgm glyf loca prep CFF_ VORG EBDT EBLC gasp hdmx " +
  "kern LTSH PCLT VDMX vhea vmtx BASE GDEF GPOS GSUB EBSC JSTF MATH CBDT CBLC COLR CPAL SVG_ sbix " +
  "acnt avar bdat bloc bsln cvar fdsc feat fmtx fvar gvar hsty just lcar mort morx opbd prop trak " +
  "Zapf Silf Glat Gloc Feat Sill"
)
  .split(" ")
  .map((tag) => tag.replace("_", " "));

/** Reads numbers one after the other. */
class Reader {
  at = 0;
  private readonly view: DataView;

  constructor(readonly bytes: Uint8Array) {
    this.view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  }

  u8(): number {
    return this.view.getUint8(this.at++);
  }

  u16(): number {
    this.at += 2;
    return this.view.getUint16(this.at - 2);
  }

  i16(): number {
    this.at += 2;
    return this.view.getInt16(this.at - 2);
  }

  u32(): number {
    this.at += 4;
    return this.view.getUint32(this.at - 4);
  }

  take(length: number): Uint8Array {
    this.at += length;
    return this.bytes.subarray(this.at - length, this.at);
  }

  /** UIntBase128 of the format. */
  base128(): number {
    let value = 0;
    for (let place = 0; place < 5; place++) {
      const byte = this.u8();
      value = value * 128 + (byte & 127);
      if (!(byte & 128)) return value;
    }
    throw new Error("woff2: a length is too long");
  }

  /** 255UInt16 of the format. */
  short255(): number {
    const code = this.u8();
    if (code === 253) return this.u16();
    if (code === 255) return this.u8() + 253;
    return code === 254 ? this.u8() + 506 : code;
  }
}

interface Entry {
  tag: string;
  transformed: boolean;
  length: number;
}

function entriesOf(reader: Reader, count: number): Entry[] {
  return Array.from({ length: count }, () => {
    const flags = reader.u8();
    const tag = (flags & 63) === 63 ? String.fromCharCode(...reader.take(4)) : TAGS[flags & 63]!;
    const version = flags >> 6;
    const outlines = tag === "glyf" || tag === "loca";
    const transformed = outlines ? version !== 3 : version !== 0;
    const plain = reader.base128();
    return { tag, transformed, length: transformed ? reader.base128() : plain };
  });
}

/** Return the font in the form of TrueType. */
export function toTrueType(woff2: Uint8Array): Uint8Array {
  const header = new Reader(woff2);
  if (header.u32() !== 0x774f4632) throw new Error("woff2: not such a file");
  const flavor = header.u32();
  if (flavor === 0x74746366) throw new Error("woff2: a collection");
  header.at = 12;
  const count = header.u16();
  header.at = 20;
  const packed = header.u32();
  header.at = 48;
  const entries = entriesOf(header, count);
  const body = new Reader(brotliDecompressSync(header.take(packed)));
  const tables = new Map<string, Uint8Array>();
  for (const { tag, transformed, length } of entries) {
    const bytes = body.take(length);
    if (transformed && tag !== "glyf" && tag !== "loca") throw new Error(`woff2: ${tag} is transformed`);
    if (transformed && tag === "glyf") {
      const { glyf, loca } = outlinesOf(bytes);
      tables.set("glyf", glyf).set("loca", loca);
    } else if (!transformed) tables.set(tag, bytes.slice());
  }
  const head = tables.get("head")!;
  if (entries.some((one) => one.tag === "glyf" && one.transformed)) head[51] = 1; // long offsets
  return assemble(flavor, tables);
}

interface Streams {
  contours: Reader;
  points: Reader;
  flags: Reader;
  glyphs: Reader;
  composites: Reader;
  boxes: Reader;
  instructions: Reader;
}

function outlinesOf(bytes: Uint8Array): { glyf: Uint8Array; loca: Uint8Array } {
  const reader = new Reader(bytes);
  reader.at = 4;
  const count = reader.u16();
  reader.at = 8;
  const sizes = Array.from({ length: 7 }, () => reader.u32());
  const [contours, points, flags, glyphs, composites, boxes, instructions] = sizes.map(
    (size) => new Reader(reader.take(size)),
  ) as [Reader, Reader, Reader, Reader, Reader, Reader, Reader];
  const streams: Streams = { contours, points, flags, glyphs, composites, boxes, instructions };
  const hasBox = boxes.take(4 * Math.ceil(count / 32));
  const loca = new DataView(new ArrayBuffer(4 * (count + 1)));
  const made: Uint8Array[] = [];
  let offset = 0;
  for (let glyph = 0; glyph < count; glyph++) {
    const box = hasBox[glyph >> 3]! & (128 >> (glyph & 7)) ? boxes.take(8) : undefined;
    const outline = outlineOf(streams, box);
    made.push(outline);
    offset += outline.length;
    loca.setUint32(4 * (glyph + 1), offset);
  }
  return { glyf: joined(made), loca: new Uint8Array(loca.buffer) };
}

function outlineOf(streams: Streams, box: Uint8Array | undefined): Uint8Array {
  const contours = streams.contours.i16();
  if (contours === 0) return new Uint8Array();
  return contours < 0 ? compositeOf(streams, box!) : simpleOf(streams, contours, box);
}

function compositeOf(streams: Streams, box: Uint8Array): Uint8Array {
  const { composites } = streams;
  const start = composites.at;
  let flags: number;
  let hasInstructions = false;
  do {
    flags = composites.u16();
    hasInstructions ||= (flags & 0x100) !== 0;
    const scale = flags & 0x8 ? 2 : flags & 0x40 ? 4 : flags & 0x80 ? 8 : 0;
    composites.take(2 + (flags & 0x1 ? 4 : 2) + scale);
  } while (flags & 0x20);
  const parts = composites.bytes.subarray(start, composites.at);
  const code = hasInstructions ? instructionsOf(streams) : [];
  return padded(joined([Uint8Array.of(255, 255), box, parts, ...code]));
}

function instructionsOf(streams: Streams): Uint8Array[] {
  const length = streams.glyphs.short255();
  return [Uint8Array.of(length >> 8, length & 255), streams.instructions.take(length)];
}

function simpleOf(streams: Streams, contours: number, box: Uint8Array | undefined): Uint8Array {
  const ends: number[] = [];
  let count = 0;
  for (let contour = 0; contour < contours; contour++) {
    count += streams.points.short255();
    ends.push(count - 1);
  }
  const steps = Array.from({ length: count }, () => stepOf(streams));
  const code = instructionsOf(streams);
  return padded(
    joined([
      shorts([contours]),
      box ?? boxOf(steps),
      shorts(ends),
      ...code,
      Uint8Array.from(steps, (step) => (step.onCurve ? 1 : 0)),
      shorts(steps.map((step) => step.x)),
      shorts(steps.map((step) => step.y)),
    ]),
  );
}

interface Step {
  onCurve: boolean;
  x: number;
  y: number;
}

/** One point relative to the one before: table "Triplet Encoding" of section 5.2. */
function stepOf({ flags, glyphs }: Streams): Step {
  const byte = flags.u8();
  const kind = byte & 127;
  const onCurve = !(byte & 128);
  const signed = (sign: number, size: number) => (sign & 1 ? size : -size);
  if (kind < 10) return { onCurve, x: 0, y: signed(kind, ((kind & 14) << 7) + glyphs.u8()) };
  if (kind < 20) return { onCurve, x: signed(kind, (((kind - 10) & 14) << 7) + glyphs.u8()), y: 0 };
  if (kind < 84) {
    const [place, both] = [kind - 20, glyphs.u8()];
    const x = signed(kind, 1 + (place & 0x30) + (both >> 4));
    return { onCurve, x, y: signed(kind >> 1, 1 + ((place & 0x0c) << 2) + (both & 15)) };
  }
  if (kind < 120) {
    const place = kind - 84;
    const x = signed(kind, 1 + (Math.floor(place / 12) << 8) + glyphs.u8());
    return { onCurve, x, y: signed(kind >> 1, 1 + (((place % 12) >> 2) << 8) + glyphs.u8()) };
  }
  if (kind < 124) {
    const [a, b, c] = [glyphs.u8(), glyphs.u8(), glyphs.u8()];
    return { onCurve, x: signed(kind, (a << 4) + (b >> 4)), y: signed(kind >> 1, ((b & 15) << 8) + c) };
  }
  const x = signed(kind, glyphs.u16());
  return { onCurve, x, y: signed(kind >> 1, glyphs.u16()) };
}

function boxOf(steps: readonly Step[]): Uint8Array {
  let [x, y] = [0, 0];
  const xs: number[] = [];
  const ys: number[] = [];
  for (const step of steps) {
    xs.push((x += step.x));
    ys.push((y += step.y));
  }
  return shorts([Math.min(...xs), Math.min(...ys), Math.max(...xs), Math.max(...ys)]);
}

function shorts(values: readonly number[]): Uint8Array {
  const view = new DataView(new ArrayBuffer(2 * values.length));
  values.forEach((value, place) => view.setInt16(2 * place, value));
  return new Uint8Array(view.buffer);
}

function padded(bytes: Uint8Array): Uint8Array {
  return bytes.length % 4 ? joined([bytes, new Uint8Array(4 - (bytes.length % 4))]) : bytes;
}

function joined(parts: readonly Uint8Array[]): Uint8Array {
  const whole = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}

function sumOf(bytes: Uint8Array): number {
  const reader = new Reader(padded(bytes));
  let sum = 0;
  while (reader.at < reader.bytes.length) sum = (sum + reader.u32()) >>> 0;
  return sum;
}

/** Write the directory of the tables and the tables behind it. */
function assemble(flavor: number, tables: ReadonlyMap<string, Uint8Array>): Uint8Array {
  const names = [...tables.keys()].sort();
  const power = 2 ** Math.floor(Math.log2(names.length));
  const directory = new DataView(new ArrayBuffer(12 + 16 * names.length));
  directory.setUint32(0, flavor);
  directory.setUint16(4, names.length);
  directory.setUint16(6, power * 16);
  directory.setUint16(8, Math.log2(power));
  directory.setUint16(10, names.length * 16 - power * 16);
  let offset = directory.byteLength;
  names.forEach((name, place) => {
    const bytes = tables.get(name)!;
    const at = 12 + 16 * place;
    [...name].forEach((letter, index) => directory.setUint8(at + index, letter.charCodeAt(0)));
    directory.setUint32(at + 4, sumOf(bytes));
    directory.setUint32(at + 8, offset);
    directory.setUint32(at + 12, bytes.length);
    offset += padded(bytes).length;
  });
  return joined([new Uint8Array(directory.buffer), ...names.map((name) => padded(tables.get(name)!))]);
}
