/** A value that can be watched; it follows Svelte's store contract, so `$status` works. */

export interface Watchable<Value> {
  subscribe(run: (value: Value) => void): () => void;
}

export class Watched<Value> implements Watchable<Value> {
  #value: Value;
  readonly #watchers = new Set<(value: Value) => void>();

  constructor(value: Value) {
    this.#value = value;
  }

  get value(): Value {
    return this.#value;
  }

  set(value: Value): void {
    if (value === this.#value) return;
    this.#value = value;
    for (const watcher of [...this.#watchers]) watcher(value);
  }

  /** Call `run` now and on every change, until the returned function is called. */
  subscribe(run: (value: Value) => void): () => void {
    this.#watchers.add(run);
    run(this.#value);
    return () => this.#watchers.delete(run);
  }
}
