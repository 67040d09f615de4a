/** Those who wait, by key; the keys take turns, however many wait of each. */

interface Entry<T> {
  item: T;
  finish(isAdmitted: boolean): void;
}

export interface Place {
  /** false: left, or the line was closed. */
  admitted: Promise<boolean>;
  leave(): void;
}

export class Line<T> {
  readonly #keys = new Map<string, Entry<T>[]>();

  get size(): number {
    return [...this.#keys.values()].reduce(
      (sum, { length }) => sum + length,
      0,
    );
  }

  join(key: string, item: T): Place {
    let finish: (isAdmitted: boolean) => void = () => {};
    const admitted = new Promise<boolean>((resolve) => {
      finish = resolve;
    });
    const entry = { item, finish };
    const entries = this.#keys.get(key);
    if (entries) entries.push(entry);
    else this.#keys.set(key, [entry]);
    return { admitted, leave: () => this.#drop(key, entry) };
  }

  /** One after the other as long as they fit; `admit` makes the next fit less. */
  advance(fits: (item: T) => boolean, admit: (item: T) => void): void {
    // A key that is set again comes again, after all others.
    for (const [key, [first, ...rest]] of this.#keys) {
      if (!first || !fits(first.item)) continue;
      this.#keys.delete(key);
      if (rest.length > 0) this.#keys.set(key, rest);
      admit(first.item);
      first.finish(true);
    }
  }

  close(): void {
    const all = [...this.#keys.values()].flat();
    this.#keys.clear();
    for (const { finish } of all) finish(false);
  }

  #drop(key: string, entry: Entry<T>): void {
    const rest = this.#keys.get(key)?.filter((each) => each !== entry) ?? [];
    if (rest.length > 0) this.#keys.set(key, rest);
    else this.#keys.delete(key);
    entry.finish(false);
  }
}
