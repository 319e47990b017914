/**
 * Keeps plain pages true: what carries `data-follows="sitting:12"` is shown anew when its topic
 * says something else than at first. The page is loaded again, unless somebody is busy on it.
 */
import { t } from "$web/i18n";
import type { Socket } from "$web/socket";
import { showToast } from "$web/toast";

/** A class does not ask for its pages in one moment. */
export const SPREAD_MS = 2_000;

export interface Surroundings {
  reload(): void;
  random(): number;
  later(run: () => void, ms: number): void;
  /** Another page was asked for within the last LEAVING_MS: a reload would call that off. */
  isLeaving(): boolean;
}

export const LEAVING_MS = 10_000;
let leftAt = -Infinity;

const BROWSER: Surroundings = {
  reload: () => location.reload(),
  random: () => Math.random(),
  later: (run, ms) => void setTimeout(run, ms),
  isLeaving: () => performance.now() - leftAt < LEAVING_MS,
};

/** The topics that the page's elements follow, each once. */
export function topicsOf(root: ParentNode): string[] {
  const elements = root.querySelectorAll<HTMLElement>("[data-follows]");
  return [...new Set([...elements].map((element) => element.dataset.follows ?? "").filter(Boolean))];
}

/** Whether a reload would take something from the person: an open dialog, a field that was touched. */
export function isBusy(root: ParentNode): boolean {
  if (root.querySelector("dialog[open]")) return true;
  const fields = root.querySelectorAll<HTMLInputElement | HTMLTextAreaElement>("main input, main textarea");
  if ([...fields].some((field) => field.value !== field.defaultValue)) return true;
  const choices = [...root.querySelectorAll<HTMLSelectElement>("main select")];
  return choices.some(({ options }) => {
    const chosen = [...options].some((option) => option.hasAttribute("selected"));
    return [...options].some((option, place) => option.selected !== (chosen ? option.hasAttribute("selected") : place === 0));
  });
}

/** Follow every topic of the page on one socket. A topic that is refused is left alone. */
export function follow(root: ParentNode, socket: Pick<Socket, "subscribe">, around: Surroundings = BROWSER): void {
  let isDue = false;
  const show = (): void => {
    if (around.isLeaving()) around.later(show, LEAVING_MS);
    else if (!isBusy(root)) around.reload();
    else showToast(t("Something on this page has changed meanwhile. Reload it when you are ready."), "critical");
  };
  for (const topic of topicsOf(root)) {
    let first: string | undefined;
    const hear = (news: unknown): void => {
      const text = JSON.stringify(news);
      first ??= text;
      if (text === first || isDue) return;
      isDue = true;
      around.later(show, around.random() * SPREAD_MS);
    };
    socket.subscribe(topic, { onSnapshot: hear, onEvent: (event) => hear(event.d) });
  }
}

/** Start on this page; the socket's code is fetched only where something is followed. */
export async function startFollowing(): Promise<void> {
  if (topicsOf(document).length === 0) return;
  addEventListener("beforeunload", () => (leftAt = performance.now()));
  const [{ connect }, { socketUrl }] = await Promise.all([import("$web/socket"), import("$web/mount")]);
  follow(document, connect(socketUrl()));
}
