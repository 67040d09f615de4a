/** What makes a run: a seed, and where each of its hosts is killed. */

import type { Aim } from "./world/kills.js";

export interface Plan {
  seed: string;
  /** One for each incarnation but the last. */
  kills: Aim[];
  /** From that incarnation on, chance is another one. */
  salt?: { from: number; text: string };
  /** Kills are SIGKILLs of the process that runs the world. */
  real: boolean;
}

export interface Kill {
  incarnation: number;
  step: number;
  point: string;
}

export function seedOf({ seed, salt }: Plan, incarnation: number): string {
  const salted = salt && incarnation >= salt.from ? ` ${salt.text}` : "";
  return `${seed}${salted} ${incarnation}`;
}

/** `7.12:340,88` or `7.12+3x1:340,88`, salted with 3 from incarnation 1 on. */
export function formatReplay(
  { seed, salt }: Plan,
  kills: readonly { step: number }[],
): string {
  const salted = salt ? `+${salt.text}x${salt.from}` : "";
  return `${seed}${salted}:${kills.map(({ step }) => step).join(",")}`;
}

export function parseReplay(text: string): Plan {
  const [head = "", steps = ""] = text.split(":");
  const [, seed = head, salt, from] = /^(.*)\+(\w+)x(\d+)$/.exec(head) ?? [];
  return {
    seed,
    real: false,
    kills: steps
      .split(",")
      .filter(Boolean)
      .map((step) => ({ step: Number(step) })),
    ...(salt === undefined ? {} : { salt: { text: salt, from: Number(from) } }),
  };
}
