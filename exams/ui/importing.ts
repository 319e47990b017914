/**
 * The page of an import that is being written: asks the server how far it is, twice a second.
 *
 * Where it is refused an answer (signed out, the file is gone) the page is loaded again: it says why.
 */
import { formatNumber } from "$web/i18n";

const PAUSE_MS = 500;

interface ImportStatus {
  state: string;
  done: number;
  total: number;
}

/** Watch every import on the page until it is over, then load the page again. */
export function startImports(
  root: ParentNode,
  reload: () => void = () => window.location.reload(),
): void {
  for (const box of root.querySelectorAll<HTMLElement>("[data-import-status]")) {
    void watch(box, reload);
  }
}

async function watch(box: HTMLElement, reload: () => void): Promise<void> {
  for (;;) {
    await new Promise((resolve) => setTimeout(resolve, PAUSE_MS));
    const status = await ask(box.dataset.importStatus ?? "");
    if (!status) continue; // the network is away: the work goes on, so do we
    if (status.state !== "queued") {
      reload();
      return;
    }
    show(box, status);
  }
}

async function ask(url: string): Promise<ImportStatus | null> {
  try {
    const answer = await fetch(url, { headers: { accept: "application/json" } });
    if (answer.status >= 400 && answer.status < 500) return { state: "refused", done: 0, total: 0 };
    return answer.ok ? ((await answer.json()) as ImportStatus) : null;
  } catch {
    return null;
  }
}

function show(box: HTMLElement, status: ImportStatus): void {
  const bar = box.querySelector("progress");
  if (bar) {
    bar.max = Math.max(status.total, 1);
    bar.value = status.done;
  }
  write(box, "[data-import-done]", status.done);
  write(box, "[data-import-total]", status.total);
}

function write(box: HTMLElement, selector: string, value: number): void {
  const place = box.querySelector(selector);
  if (place) place.textContent = formatNumber(value);
}
