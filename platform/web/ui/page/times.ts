/**
 * Brings the page's `<time>` elements to life.
 *
 * `data-local="datetime"` shows the instant in the reader's zone, digits and calendar;
 * `data-countdown` shows what is left until it and says `countdown-over` on the element at zero.
 */
import { type DateStyle, formatClock, formatDate, formatSpan, t } from "$web/i18n";

const DAY_MS = 86_400_000;

/** Offset of the server's clock to this one, from the time the server wrote into the page; 0 without. */
export function serverOffsetMs(): number {
  const written = Number(document.body.dataset.serverTime);
  if (!(written > 0)) return 0;
  // The first byte of the page is the closest local instant to when the server wrote its time.
  const [page] = performance.getEntriesByType("navigation") as PerformanceNavigationTiming[];
  return written - (performance.timeOrigin + (page?.responseStart ?? 0));
}

/** Write every `data-local` time of `root` in the reader's way. */
export function localizeTimes(root: ParentNode): void {
  for (const element of root.querySelectorAll<HTMLTimeElement>("time[data-local]")) {
    const at = Date.parse(element.dateTime);
    if (Number.isNaN(at)) continue;
    element.textContent = formatDate(at, (element.dataset.local || "datetime") as DateStyle);
    element.title = formatDate(at, "datetime");
  }
}

/** Text of a countdown: days in words when far, a clock within a day. */
export function countdownText(leftMs: number): string {
  if (leftMs <= 0) return t("now");
  return leftMs >= DAY_MS ? formatSpan(leftMs) : formatClock(leftMs);
}

/** Write every countdown of `root` for the instant `now`. */
export function tickCountdowns(root: ParentNode, now: number): void {
  for (const element of root.querySelectorAll<HTMLTimeElement>("time[data-countdown]")) {
    const left = Date.parse(element.dateTime) - now;
    element.textContent = countdownText(left);
    if (left <= 0 && !element.dataset.over) {
      element.dataset.over = "true";
      element.dispatchEvent(new CustomEvent("countdown-over", { bubbles: true }));
    }
  }
}

/** Start both; the clock is the server's. */
export function startTimes(): void {
  localizeTimes(document);
  document.addEventListener("htmx:load", (event) => localizeTimes(event.target as HTMLElement));
  if (!document.querySelector("time[data-countdown]")) return;
  const offset = serverOffsetMs();
  const tick = () => tickCountdowns(document, Date.now() + offset);
  tick();
  setInterval(tick, 1000);
}
