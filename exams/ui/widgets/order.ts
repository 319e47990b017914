/** Items to put in order: the order so far, and what a step or a drag makes of it (pure). */
import type { AnswerValue, Question } from "../paper";

/** The ids as they stand: the candidate's order, or as drawn while there is none. */
export function orderOf({ choices }: Pick<Question, "choices">, value: AnswerValue): number[] {
  const drawn = choices.map((choice) => choice.id);
  if (!Array.isArray(value)) return drawn;
  const known = value.filter((id) => drawn.includes(id));
  return [...known, ...drawn.filter((id) => !known.includes(id))];
}

/** The order with the item at place `from` at place `to`; places count from 0. */
export function moved(order: number[], from: number, to: number): number[] {
  const item = order[from];
  if (item === undefined) return order;
  const others = order.filter((_, place) => place !== from);
  const place = clamped(to, order.length);
  return [...others.slice(0, place), item, ...others.slice(place)];
}

function clamped(place: number, count: number): number {
  return Math.min(Math.max(place, 0), count - 1);
}

/**
 * The place an item is dragged to.
 *
 * @param middles of all items as they stood when the drag began, from the top, pixels
 * @param middle of the dragged item now
 */
export function placeAt(middles: number[], from: number, middle: number): number {
  let to = from;
  while (to < middles.length - 1 && middle > (middles[to + 1] ?? 0)) to += 1;
  while (to > 0 && middle < (middles[to - 1] ?? 0)) to -= 1;
  return to;
}

/** How many places an item steps aside while another one is dragged from `from` to `to`. */
export function stepAside(place: number, from: number, to: number): -1 | 0 | 1 {
  if (place > from && place <= to) return -1;
  return place < from && place >= to ? 1 : 0;
}

/** Where a key takes the item at `place`; null for a key that means nothing here. */
export function placeByKey(key: string, place: number, count: number): number | null {
  const places: Record<string, number> = { ArrowUp: place - 1, ArrowDown: place + 1, Home: 0, End: count - 1 };
  const to = places[key];
  return to === undefined ? null : clamped(to, count);
}
