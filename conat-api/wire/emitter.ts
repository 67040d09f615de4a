/** Listeners by the name of their event. */

export class Emitter<Events extends Record<string, unknown[]>> {
  readonly #listeners = new Map<keyof Events, Set<Listener<unknown[]>>>();

  on<E extends keyof Events>(event: E, listener: Listener<Events[E]>): void {
    const listeners = this.#listeners.get(event) ?? new Set();
    listeners.add(listener as Listener<unknown[]>);
    this.#listeners.set(event, listeners);
  }

  off<E extends keyof Events>(event: E, listener: Listener<Events[E]>): void {
    this.#listeners.get(event)?.delete(listener as Listener<unknown[]>);
  }

  emit<E extends keyof Events>(event: E, ...args: Events[E]): void {
    for (const listener of [...(this.#listeners.get(event) ?? [])]) {
      listener(...args);
    }
  }

  clear(): void {
    this.#listeners.clear();
  }
}

type Listener<Args extends unknown[]> = (...args: Args) => void;
