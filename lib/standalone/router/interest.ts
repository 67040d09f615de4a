/**
 * Who wants what: a tree of tokens, so that a message costs as much as there
 * are patterns that match it, not as there are subscriptions.
 */

import type { Tokens } from "./subject.js";

/** Of a group one member gets each message. */
export interface Group<T> {
  pattern: string;
  members: readonly T[];
}

interface Branch<T> {
  /** Of the tokens up to here. */
  pattern: string;
  branches: Map<string, Branch<T>>;
  /** The members of each queue of the pattern that ends here. */
  queues: Map<string, T[]>;
}

export class Interest<T> {
  readonly #root: Branch<T> = newBranch("");
  #size = 0;

  /** Members in all. */
  get size(): number {
    return this.#size;
  }

  add(pattern: Tokens, queue: string, member: T): void {
    let branch = this.#root;
    for (const [index, token] of pattern.entries()) {
      const next =
        branch.branches.get(token) ??
        newBranch<T>(pattern.slice(0, index + 1).join("."));
      branch.branches.set(token, next);
      branch = next;
    }
    const members = branch.queues.get(queue);
    if (members) members.push(member);
    else branch.queues.set(queue, [member]);
    this.#size++;
  }

  remove(pattern: Tokens, queue: string, member: T): void {
    const path = [this.#root];
    for (const token of pattern) {
      const next = path.at(-1)?.branches.get(token);
      if (!next) return;
      path.push(next);
    }
    if (dropMember(path.at(-1)?.queues, queue, member)) this.#size--;
    prune(path, pattern);
  }

  /** Each (pattern, queue) that a subject matches. */
  match(subject: Tokens): Group<T>[] {
    const found: Group<T>[] = [];
    const walk = (branch: Branch<T>, index: number) => {
      if (index === subject.length) return collect(branch, found);
      const rest = branch.branches.get(">");
      if (rest) collect(rest, found);
      for (const token of [subject[index] as string, "*"]) {
        const next = branch.branches.get(token);
        if (next) walk(next, index + 1);
      }
    };
    walk(this.#root, 0);
    return found;
  }
}

function newBranch<T>(pattern: string): Branch<T> {
  return { pattern, branches: new Map(), queues: new Map() };
}

function collect<T>({ pattern, queues }: Branch<T>, found: Group<T>[]): void {
  for (const members of queues.values()) found.push({ pattern, members });
}

function dropMember<T>(
  queues: Map<string, T[]> | undefined,
  queue: string,
  member: T,
): boolean {
  const members = queues?.get(queue) ?? [];
  const index = members.indexOf(member);
  if (index < 0) return false;
  // A new array: a delivery may be going through the old one.
  if (members.length === 1) queues?.delete(queue);
  else queues?.set(queue, members.toSpliced(index, 1));
  return true;
}

/** Empty branches go, or a client that comes and goes would leave them. */
function prune<T>(path: Branch<T>[], pattern: Tokens): void {
  for (let index = path.length - 1; index > 0; index--) {
    const branch = path[index] as Branch<T>;
    if (branch.queues.size > 0 || branch.branches.size > 0) return;
    path[index - 1]?.branches.delete(pattern[index - 1] as string);
  }
}
