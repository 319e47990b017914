/**
 * Lists whose items can be put in another order: by buttons (keyboard, touch) and by dragging a handle.
 *
 * Markup: `[data-sort-list]` holds `[data-sort-item]`s; an item has buttons `[data-move="-1"|"1"]` and
 * a handle `[data-drag]`. Lists of one `data-group` exchange items by dragging. The page moves the item
 * at once and asks `moved`; where that is refused the item goes back.
 */
import { t } from "$web/i18n";
import { showToast } from "$web/toast";

export interface Move {
  item: HTMLElement;
  list: HTMLElement;
  /** Place in the list, from 1. */
  place: number;
  of: number;
}

/** Keeps a move; a rejection with a message takes it back. */
export type Moved = (move: Move) => Promise<void> | void;

export function startReorder(root: ParentNode, moved: Moved, selector = "[data-sort-list]"): void {
  for (const list of root.querySelectorAll<HTMLElement>(selector)) {
    list.addEventListener("click", (event) => {
      const button = (event.target as Element).closest<HTMLElement>("[data-move]");
      const item = button?.closest<HTMLElement>("[data-sort-item]");
      if (!button || !item || item.parentElement !== list) return;
      event.preventDefault();
      void step(item, list, Number(button.dataset.move), button, moved);
    });
    for (const handle of list.querySelectorAll<HTMLElement>("[data-drag]")) handle.hidden = false;
    list.addEventListener("pointerdown", (event) => startDrag(event, list, root, moved));
    drawEdges(list);
  }
}

/** The items of a list that can be seen, in their order. */
export function itemsOf(list: HTMLElement): HTMLElement[] {
  return [...list.children].filter(
    (child): child is HTMLElement => child instanceof HTMLElement && child.matches("[data-sort-item]") && !child.hidden,
  );
}

/** The first item cannot go up, the last one not down; said to everybody, without losing the focus. */
export function drawEdges(list: HTMLElement): void {
  const items = itemsOf(list);
  items.forEach((item, index) => {
    for (const button of item.querySelectorAll<HTMLButtonElement>("[data-move]")) {
      if (button.closest("[data-sort-item]") !== item) continue;
      const isEnd = button.dataset.move === "-1" ? index === 0 : index === items.length - 1;
      button.disabled = false;
      button.setAttribute("aria-disabled", String(isEnd));
    }
  });
}

async function step(item: HTMLElement, list: HTMLElement, by: number, button: HTMLElement, moved: Moved): Promise<void> {
  const items = itemsOf(list);
  const other = items[items.indexOf(item) + by];
  if (!other) return;
  const before = anchor(item);
  if (by < 0) other.before(item);
  else other.after(item);
  button.focus();
  await settle(item, list, before, moved);
}

type Anchor = { list: HTMLElement; next: Element | null };

function anchor(item: HTMLElement): Anchor {
  return { list: item.parentElement as HTMLElement, next: item.nextElementSibling };
}

/** Say where the item is now, ask for it to be kept, and put it back where that is refused. */
async function settle(item: HTMLElement, list: HTMLElement, before: Anchor, moved: Moved): Promise<void> {
  const focused = document.activeElement;
  drawEdges(list);
  drawEdges(before.list);
  const items = itemsOf(list);
  const place = items.indexOf(item) + 1;
  announce(t("Now number %(place)s of %(total)s", { place, total: items.length }));
  try {
    await moved({ item, list, place, of: items.length });
  } catch (error) {
    before.list.insertBefore(item, before.next);
    drawEdges(list);
    drawEdges(before.list);
    showToast(error instanceof Error ? error.message : String(error), "critical");
  }
  if (focused instanceof HTMLElement && item.contains(focused)) focused.focus();
}

function announce(text: string): void {
  let region = document.getElementById("order-said");
  if (!region) {
    region = document.createElement("p");
    region.id = "order-said";
    region.className = "visually-hidden";
    region.setAttribute("role", "status");
    document.body.append(region);
  }
  region.textContent = text;
}

function startDrag(event: PointerEvent, list: HTMLElement, root: ParentNode, moved: Moved): void {
  const handle = (event.target as Element).closest<HTMLElement>("[data-drag]");
  const item = handle?.closest<HTMLElement>("[data-sort-item]");
  if (!handle || !item || item.parentElement !== list || event.button !== 0) return;
  event.preventDefault();
  const before = anchor(item);
  handle.setPointerCapture(event.pointerId);
  item.classList.add("dragged");
  const move = (at: PointerEvent) => {
    const target = listAt(list, root, at.clientY);
    const next = itemsOf(target).find((one) => one !== item && at.clientY < middle(one));
    const last = itemsOf(target).filter((one) => one !== item).at(-1);
    if (next) next.before(item);
    else if (last) last.after(item);
    else target.prepend(item);
  };
  const stop = new AbortController();
  const end = (isKept: boolean) => {
    stop.abort();
    item.classList.remove("dragged");
    if (!isKept) before.list.insertBefore(item, before.next);
    const now = item.parentElement as HTMLElement;
    if (now !== before.list || item.nextElementSibling !== before.next) void settle(item, now, before, moved);
  };
  handle.addEventListener("pointermove", move, { signal: stop.signal });
  handle.addEventListener("pointerup", () => end(true), { signal: stop.signal });
  // The browser has taken the pointer, to scroll for one: nobody let go here.
  handle.addEventListener("pointercancel", () => end(false), { signal: stop.signal });
}

function middle(item: HTMLElement): number {
  const box = item.getBoundingClientRect();
  return box.top + box.height / 2;
}

/** The list of the same group that lies under this height; the item's own where none does. */
function listAt(own: HTMLElement, root: ParentNode, y: number): HTMLElement {
  if (!own.dataset.group) return own;
  const others = [...root.querySelectorAll<HTMLElement>(`[data-sort-list][data-group="${own.dataset.group}"]`)];
  return others.find((one) => {
    const box = (one.closest("section") ?? one).getBoundingClientRect();
    return y >= box.top && y <= box.bottom;
  }) ?? own;
}
