/** Which points were met and hit, and where the next hosts should die. */

import type { Plan } from "./plan.js";
import type { Report } from "./run.js";
import { type Aim, anyPoint } from "./world/kills.js";
import { createRandom } from "./world/random.js";

interface Point {
  /** Hosts that died there. */
  kills: number;
  /** Runs that are on their way there. */
  planned: number;
  ways: Way[];
}

/** How to come to a point again, for certain. */
interface Way {
  seed: string;
  steps: number[];
}

const waysKept = 12;

export class Coverage {
  readonly points = new Map<string, Point>();
  /** Runs that are on their way, and the point that they were sent to. */
  private readonly sent = new Map<Plan, Point>();
  kills = 0;
  realKills = 0;
  private runs = 0;
  private readonly random;

  readonly quota: number;

  /** `asked`: kills; 20 a point in 10,000, and in proportion. */
  constructor(
    private readonly seed: string,
    private readonly asked: number,
  ) {
    this.quota = Math.floor((20 * asked) / 10_000);
    this.random = createRandom(`${seed} coverage`);
  }

  /** Points that were not hit often enough yet. */
  missing(): [string, Point][] {
    return [...this.points].filter(([, { kills }]) => kills < this.quota);
  }

  take(plan: Plan, { kills, met }: Pick<Report, "kills" | "met">): void {
    const sentTo = this.sent.get(plan);
    // Wherever it came.
    if (sentTo) sentTo.planned -= 1;
    this.sent.delete(plan);
    for (const { point } of kills) {
      this.at(point).kills += 1;
      this.kills += 1;
      if (plan.real) this.realKills += 1;
    }
    // Chance behind a salt is not the seed's.
    if (plan.salt) return;
    for (const { point, incarnation, step } of met) {
      const before = kills.slice(0, incarnation).map((kill) => kill.step);
      this.keepWay(point, { seed: plan.seed, steps: [...before, step] });
    }
  }

  /** A new world, or one that comes where too few were. */
  next(): Plan {
    this.runs += 1;
    const real = this.realKills < this.kills / 9;
    const point = this.random.chance(this.aims()) ? this.rarest() : undefined;
    if (point === undefined) {
      const kills = Array.from({ length: 4 }, () => this.anywhere());
      return { seed: `${this.seed}.${this.runs}`, kills, real };
    }
    const way = this.random.pick(point.ways);
    const plan: Plan = {
      seed: way.seed,
      kills: [...way.steps.map((step) => ({ step })), this.anywhere()],
      salt: { from: way.steps.length, text: String(this.runs) },
      real,
    };
    point.planned += 1;
    this.sent.set(plan, point);
    return plan;
  }

  /** At first new points are looked for, then those that were hit too rarely. */
  private aims(): number {
    return this.kills < this.asked / 2 ? 0.5 : 0.9;
  }

  private anywhere(): Aim {
    const { random } = this;
    if (this.points.size === 0 || random.chance(0.5)) {
      return { point: anyPoint, occurrence: 1 + random.below(300) };
    }
    const rare = this.byRarity().slice(0, 30);
    const [point] = random.pick(rare);
    return { point, occurrence: 1 + random.below(3) };
  }

  private rarest(): Point | undefined {
    const [, point] =
      this.byRarity().find(
        ([, { kills, planned, ways }]) =>
          kills + planned < this.quota && ways.length > 0,
      ) ?? [];
    return point;
  }

  private byRarity(): [string, Point][] {
    return [...this.points].toSorted(
      ([, a], [, b]) => a.kills + a.planned - (b.kills + b.planned),
    );
  }

  private keepWay(name: string, way: Way): void {
    const { ways } = this.at(name);
    if (ways.length < waysKept) ways.push(way);
    else if (this.random.chance(0.05)) {
      ways[this.random.below(waysKept)] = way;
    }
  }

  private at(name: string): Point {
    const found = this.points.get(name);
    if (found) return found;
    const made = { kills: 0, planned: 0, ways: [] };
    this.points.set(name, made);
    return made;
  }
}
