/** Which video slot shows which attempt: who stays on the page keeps the slot, so nothing flickers. */

export function assignSlots(before: readonly (number | null)[], wanted: readonly number[]): (number | null)[] {
  const stays = new Set(wanted);
  const after = before.map((attempt) => (attempt !== null && stays.has(attempt) ? attempt : null));
  const placed = new Set(after.filter((attempt) => attempt !== null));
  for (const attempt of wanted) {
    if (placed.has(attempt)) continue;
    const free = after.indexOf(null);
    if (free === -1) break;
    after[free] = attempt;
    placed.add(attempt);
  }
  return after;
}
