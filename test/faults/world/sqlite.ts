/**
 * better-sqlite3, the real one, with points: before and after each statement
 * that writes, and before, inside and after each transaction.
 */

import Real from "better-sqlite3";
import { livingActor } from "./actor.js";
import { pointOf } from "./points.js";

type Args = unknown[];

export default class Database {
  private readonly real: Real.Database;
  private readonly free = () => void this.real.close();
  /** The point of the transaction that is open. */
  private inside: string | undefined;

  constructor(path: string, options: Real.Options) {
    const actor = livingActor();
    this.real = actor.world.effect(actor, pointOf("sql open"), () => {
      return new Real(path, options);
    });
    actor.atDeath.add(this.free);
  }

  prepare(sql: string): Statement {
    livingActor();
    return new Statement(this.real.prepare(sql), (action) =>
      this.write(nameOf(sql), action),
    );
  }

  exec(sql: string): this {
    this.write(nameOf(sql), () => this.real.exec(sql));
    return this;
  }

  pragma(text: string, options?: Real.PragmaOptions): unknown {
    livingActor();
    const pragma = () => this.real.pragma(text, options);
    return text.includes("journal_mode")
      ? this.write("journal_mode", pragma)
      : pragma();
  }

  transaction(action: (...args: Args) => unknown) {
    const real = this.real.transaction((...args: Args) => action(...args));
    const run =
      (kind: "deferred" | "immediate" | "exclusive") =>
      (...args: Args) => {
        const actor = livingActor();
        const point = pointOf("sql transaction");
        return actor.world.effect(actor, point, () => {
          this.inside = point;
          try {
            return real[kind](...args);
          } finally {
            this.inside = undefined;
          }
        });
      };
    return Object.assign(run("deferred"), {
      deferred: run("deferred"),
      immediate: run("immediate"),
      exclusive: run("exclusive"),
    });
  }

  close(): void {
    livingActor().atDeath.delete(this.free);
    this.real.close();
  }

  private write<T>(name: string, action: () => T): T {
    const actor = livingActor();
    const point = pointOf(`sql ${name}`);
    if (this.inside === undefined)
      return actor.world.effect(actor, point, action);
    const value = action();
    actor.world.at(actor, `${point}:inside`);
    return value;
  }
}

type Write = <T>(action: () => T) => T;

class Statement {
  constructor(
    private readonly real: Real.Statement,
    private readonly write: Write,
  ) {}

  get = (...args: Args) => this.call(() => this.real.get(...args));
  all = (...args: Args) => this.call(() => this.real.all(...args));
  run = (...args: Args) => this.call(() => this.real.run(...args));

  pluck(): this {
    this.real.pluck();
    return this;
  }

  private call<T>(action: () => T): T {
    livingActor();
    return this.real.readonly ? action() : this.write(action);
  }
}

/** `UPDATE jobs`, `INSERT INTO backups`. */
function nameOf(sql: string): string {
  const [verb = "", ...rest] = sql.trim().split(/\s+/);
  const at = rest.findIndex((word) => /^[a-z_]+$/.test(word));
  return [verb, rest[at] ?? ""].join(" ").trim();
}
