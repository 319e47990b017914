/** Keys of the board: a letter works only while no field or dialog has the focus. */

export type KeyAction =
  | { do: "move"; by: number }
  | { do: "row"; by: number }
  | { do: "open" | "back" | "message" | "pause" | "extend" | "search" | "freeze" | "next-page" | "previous-page" };

const LETTERS: Record<string, KeyAction> = {
  m: { do: "message" },
  p: { do: "pause" },
  e: { do: "extend" },
  z: { do: "freeze" },
  "/": { do: "search" },
  PageDown: { do: "next-page" },
  PageUp: { do: "previous-page" },
};

/** What a key means here; null leaves it to the browser. */
export function actionOf(event: KeyboardEvent, rightToLeft: boolean): KeyAction | null {
  if (event.ctrlKey || event.metaKey || event.altKey || isTyping(event.target)) return null;
  const forward = rightToLeft ? -1 : 1;
  if (event.key === "ArrowRight") return { do: "move", by: forward };
  if (event.key === "ArrowLeft") return { do: "move", by: -forward };
  if (event.key === "ArrowDown") return { do: "row", by: 1 };
  if (event.key === "ArrowUp") return { do: "row", by: -1 };
  if (event.key === "Escape") return { do: "back" };
  return LETTERS[event.key.length === 1 ? event.key.toLowerCase() : event.key] ?? null;
}

function isTyping(target: EventTarget | null): boolean {
  if (!(target instanceof HTMLElement)) return false;
  return target.isContentEditable || ["INPUT", "TEXTAREA", "SELECT"].includes(target.tagName) || target.closest("dialog") !== null;
}
