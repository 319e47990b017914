/**
 * Parts of a page that the server draws anew while somebody is at them: what has the focus keeps
 * it, and what was unfolded stays so. Without this a keyboard is thrown to the top every few seconds.
 */
const FOLDS = "details";
const STOPS = "a, button, input, select, textarea, summary";

/** What a person is at in one part: by name and place, because the elements themselves are new. */
interface Kept {
  focus: string | undefined;
  open: Set<string>;
}

const kept = new WeakMap<Element, Kept>();

/** Keep it around every exchange of htmx. */
export function startKeeping(root: Document): void {
  root.addEventListener("htmx:beforeSwap", (event) => {
    if (event.target instanceof Element) kept.set(event.target, whatIsAt(event.target));
  });
  root.addEventListener("htmx:afterSwap", (event) => {
    const before = event.target instanceof Element ? kept.get(event.target) : undefined;
    if (before) bringBack(event.target as Element, before);
  });
}

function whatIsAt(part: Element): Kept {
  const focused = named(part, STOPS).find(([, node]) => node === document.activeElement);
  const open = named<HTMLDetailsElement>(part, FOLDS).filter(([, node]) => node.open);
  return { focus: focused?.[0], open: new Set(open.map(([name]) => name)) };
}

function bringBack(part: Element, before: Kept): void {
  for (const [name, node] of named<HTMLDetailsElement>(part, FOLDS)) node.open ||= before.open.has(name);
  const target = named(part, STOPS).find(([name]) => name === before.focus);
  target?.[1].focus({ preventScroll: true });
}

/** Every element of a kind with a name that the server gives it again. */
function named<T extends HTMLElement>(part: Element, kind: string): [string, T][] {
  const met = new Map<string, number>();
  return [...part.querySelectorAll<T>(kind)].map((node) => {
    const name = nameOf(node);
    const place = met.get(name) ?? 0;
    met.set(name, place + 1);
    return [`${name} ${place}`, node];
  });
}

function nameOf(node: Element): string {
  const section = node.closest("[aria-labelledby]")?.getAttribute("aria-labelledby");
  const own = ["id", "href", "name", "value"].map((one) => node.getAttribute(one));
  return [node.tagName, section, node.closest("form")?.getAttribute("action"), ...own].join("|");
}
