/** What a key press in the exam room means. */

export type KeyMeaning = { kind: "pick"; place: number } | { kind: "tell_time" } | null;

/** Read by the key's place, so that Persian and other layouts work the same. */
export function meaningOf(event: KeyboardEvent, numberKeys: boolean): KeyMeaning {
  if (event.altKey && event.code === "KeyT") return { kind: "tell_time" };
  if (!numberKeys || event.altKey || event.ctrlKey || event.metaKey || isTyping(event.target)) return null;
  const digit = /^(?:Digit|Numpad)([1-9])$/.exec(event.code);
  return digit ? { kind: "pick", place: Number(digit[1]) } : null;
}

function isTyping(target: EventTarget | null): boolean {
  if (!(target instanceof HTMLElement)) return false;
  if (target.closest("dialog") || target.isContentEditable) return true;
  if (target instanceof HTMLInputElement) return !["radio", "checkbox", "button"].includes(target.type);
  return target instanceof HTMLTextAreaElement || target instanceof HTMLSelectElement;
}
