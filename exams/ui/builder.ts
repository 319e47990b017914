/** The page of an exam: sections and questions that move at once; the server's word is final. */
import { fragment, post } from "$web/api";
import { formatNumber } from "$web/i18n";
import { itemsOf, type Move, startReorder } from "./reorder";

export interface BuilderPorts {
  /** Ask the server to keep a move. */
  keep(url: string, body: FormData): Promise<unknown>;
  /** The page as the server draws it now. */
  page(): Promise<string>;
}

const PORTS: BuilderPorts = {
  keep: (url, body) => post(url, body),
  page: () => fragment(location.href),
};

export function startBuilder(root: ParentNode, ports: BuilderPorts = PORTS): void {
  startReorder(root, (move) => keep(move, root, ports), "[data-builder]");
}

async function keep(move: Move, root: ParentNode, ports: BuilderPorts): Promise<void> {
  for (const list of root.querySelectorAll<HTMLElement>("[data-pool]")) number(list);
  const body = new FormData();
  body.set("order", String(move.place));
  if (move.list.dataset.pool) body.set("pool", move.list.dataset.pool);
  try {
    await ports.keep(move.item.dataset.moves ?? "", body);
  } finally {
    // Once more after a refusal has put the item back.
    setTimeout(() => {
      for (const list of root.querySelectorAll<HTMLElement>("[data-pool]")) number(list);
    });
  }
  try {
    refresh(root, await ports.page());
  } catch {
    // The move is kept; only the checklist is older than it until the next page.
  }
}

/** Write the places of a section's questions. */
function number(list: HTMLElement): void {
  itemsOf(list).forEach((item, index) => {
    const place = item.querySelector(".place");
    if (place) place.textContent = formatNumber(index + 1);
  });
}

/** Take the parts that say something about the whole from the page as it is now. */
export function refresh(root: ParentNode, page: string): void {
  const news = new DOMParser().parseFromString(page, "text/html");
  for (const part of root.querySelectorAll<HTMLElement>("[data-fresh]")) {
    const now = news.querySelector(`[data-fresh="${part.dataset.fresh}"]`);
    if (!now || part.innerHTML === now.innerHTML || part.contains(document.activeElement)) continue;
    part.replaceChildren(...[...now.childNodes].map((node) => document.importNode(node, true)));
  }
}
