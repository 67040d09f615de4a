/** When the host of one incarnation dies, and which points it met. */

/** undefined: it is not killed. */
export type Aim =
  | { step: number }
  /** At the n-th time that the point is met. */
  | { point: string; occurrence: number };

export const anyPoint = "any";

export class Kills {
  /** Points met in this incarnation. */
  step = 0;
  /** The process is gone. */
  dead = false;
  lastPoint: string | undefined;
  /** Point -> a step at which it was met, any of them with the same chance. */
  readonly met = new Map<string, { count: number; step: number }>();
  private aim: Aim | undefined;
  private left = 0;

  constructor(
    readonly incarnation: number,
    /** In [0, 1): which of the times that a point is met is kept. */
    private readonly random: () => number,
  ) {}

  aimAt(aim: Aim | undefined): void {
    this.aim = aim;
    this.left = aim && "point" in aim ? aim.occurrence : 0;
  }

  isDue(point: string): boolean {
    if (this.dead) return false;
    this.step += 1;
    this.note(point);
    if (this.aim === undefined) return false;
    if ("step" in this.aim) return this.step >= this.aim.step;
    if (this.aim.point !== anyPoint && this.aim.point !== point) return false;
    this.left -= 1;
    return this.left <= 0;
  }

  happened(point: string): void {
    this.dead = true;
    this.lastPoint = point;
  }

  private note(point: string): void {
    const { count = 0, step = 0 } = this.met.get(point) ?? {};
    const taken = this.random() * (count + 1) < 1 ? this.step : step;
    this.met.set(point, { count: count + 1, step: taken });
  }
}
