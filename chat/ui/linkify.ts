/** Splits a message into words and links; the page writes each as text, never as HTML. */

export interface Segment {
  text: string;
  /** Set for a web address that may be opened. */
  href?: string;
}

const CANDIDATE = /https?:\/\/[^\s<>"'`{}|\\^\u0000-\u001f\u007f]+/gi;
const TRAILING = /[.,;:!?'"»”’…،؛؟]+$/u;
const PAIRS: Readonly<Record<string, string>> = { ")": "(", "]": "[" };

export function linkify(text: string): Segment[] {
  const segments: Segment[] = [];
  let end = 0;
  for (const match of text.matchAll(CANDIDATE)) {
    const address = trimmed(match[0]);
    const href = safeAddress(address);
    if (!href) continue;
    if (match.index > end) segments.push({ text: text.slice(end, match.index) });
    segments.push({ text: address, href });
    end = match.index + address.length;
  }
  if (end < text.length) segments.push({ text: text.slice(end) });
  return segments;
}

/** A sentence's punctuation behind an address is not part of it, nor is a bracket around it. */
function trimmed(candidate: string): string {
  let address = candidate;
  for (;;) {
    const last = address.at(-1) ?? "";
    const opening = PAIRS[last];
    if (opening && count(address, last) > count(address, opening)) address = address.slice(0, -1);
    else if (TRAILING.test(address)) address = address.replace(TRAILING, "");
    else return address;
  }
}

function count(text: string, char: string): number {
  return text.split(char).length - 1;
}

function safeAddress(address: string): string | null {
  try {
    const url = new URL(address);
    // A name before an @ is how a false address is made to look like a known one.
    const isSafe = (url.protocol === "https:" || url.protocol === "http:") && !url.username && !url.password;
    return isSafe && url.hostname.includes(".") ? url.href : null;
  } catch {
    return null;
  }
}
