/** Small choices of a candidate that this browser remembers; nothing breaks where it cannot. */

const NUMBER_KEYS = "invigil-number-keys";

/** Whether the keys 1 to 9 pick a choice; on unless switched off (WCAG 2.1.4). */
export function numberKeysOn(): boolean {
  try {
    return localStorage.getItem(NUMBER_KEYS) !== "off";
  } catch {
    return true;
  }
}

export function setNumberKeys(on: boolean): void {
  try {
    localStorage.setItem(NUMBER_KEYS, on ? "on" : "off");
  } catch {
    // Private windows may refuse; the choice then lasts as long as the page.
  }
}
