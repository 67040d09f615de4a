/** Rounds of requests and kills, until there were as many as asked for. */

import type { JobRow } from "../../../lib/store/index.js";
import { checkLeftovers } from "./checks/leftovers.js";
import type { Chance } from "./chance.js";
import { type HostProcess, startHost } from "./host-process.js";
import { openLedger, rewrite, settleRound } from "./ledger.js";
import { settled, untilQuiet } from "./quiet.js";
import { storedBackups } from "./repository.js";
import { ask, type Asking } from "./requests.js";
import { type Aim, chooseAim, type Hit, strike } from "./strike.js";
import { checkRound } from "./checks/round.js";
import { withRows } from "./rows.js";
import { openWorld, type World } from "./world.js";

export interface Told {
  /** After each kill. */
  onHit(hit: Hit): void;
  /** After each round, with what it found. */
  onRound(violations: string[], rows: readonly JobRow[], world: World): void;
}

export async function runKills(
  kills: number,
  chance: Chance,
  told: Told,
): Promise<void> {
  const world = await openWorld();
  const ledger = openLedger();
  for (const project of world.projects) rewrite(ledger, project);
  const host = startHost(world.engineArgs);
  const asking: Asking = { world, ledger, chance, host };
  try {
    await firstBackups(asking);
    for (let left = kills; left > 0;) {
      left -= await runRound(asking, left, told);
    }
    told.onRound(await closeForGood(asking), [], world);
  } catch (error) {
    await asking.host.kill();
    throw error;
  } finally {
    await world.close();
  }
}

/** There is something to restore before the first kill. */
async function firstBackups({ world, ledger, host }: Asking): Promise<void> {
  await requireReady(host, world);
  for (const { project_id } of world.projects) {
    await host.call("start", { project_id });
  }
  if (!(await untilQuiet(world, host))) throw new Error("no first backups");
  const rows = withRows(world.dataDir, (found) => found.all());
  settleRound(ledger, world, rows, await storedBackups(world));
}

/** A few kills and a look at what they left; how many they were. */
async function runRound(
  asking: Asking,
  left: number,
  told: Told,
): Promise<number> {
  const { world, ledger, chance } = asking;
  for (const project of world.projects) {
    if (chance.percent(70)) rewrite(ledger, project);
  }
  let done = 0;
  for (let more = 1 + chance.below(3); more > 0 && done < left; more--) {
    const hits = await kill(asking, left - done);
    done += hits.length;
    hits.forEach(told.onHit);
    if (hits.some(({ moment }) => moment === "list")) ledger.doubtful = true;
  }
  await requireReady(asking.host, world);
  const { violations, rows } = await checkRound(asking);
  told.onRound(violations, rows, world);
  return done;
}

/** One kill or two, as many as may be, or none where the moment passed. */
function kill(asking: Asking, atMost: number): Promise<Hit[]> {
  const aim = chooseAim(asking.chance);
  const twice = ["starting", "list"].includes(aim.moment);
  if (!twice) return killAtWork(asking, aim);
  if (atMost > 1) return killTwice(asking, aim);
  return killAtWork(asking, { ...aim, victim: "host", moment: "any" });
}

/** What it takes for the moment to come, then the kill. */
async function killAtWork(asking: Asking, aim: Aim): Promise<Hit[]> {
  const { chance, world, host } = asking;
  await requireReady(host, world);
  const striking = strike(aim, host, world);
  await ask(asking, kindFor(aim, chance));
  return afterwards(asking, await striking);
}

/** A host that dies at work, and what happens while the next one starts. */
async function killTwice(asking: Asking, aim: Aim): Promise<Hit[]> {
  const { world, chance } = asking;
  const moment = chance.one(["reading", "committed", "writing", "any"]);
  const delayMs = moment === "committed" ? 0 : chance.below(200);
  const first = { victim: "host", moment, delayMs } as const;
  const hits = await killAtWork(asking, first);
  if (hits.length === 0) return hits;
  const hit = await strike(aim, asking.host, world);
  return [...hits, ...afterwards(asking, hit)];
}

function afterwards(asking: Asking, hit: Hit | undefined): Hit[] {
  if (hit === undefined) return [];
  if (hit.victim === "host") {
    asking.host = startHost(asking.world.engineArgs);
  }
  return [hit];
}

async function requireReady(
  { ready }: HostProcess,
  world: World,
): Promise<void> {
  if (await ready) return;
  throw new Error(`the host does not start: ${world.log()}`);
}

function kindFor({ moment }: Aim, chance: Chance): "backup" | "restore" {
  if (["writing", "stopping", "swapping", "restore"].includes(moment)) {
    return "restore";
  }
  if (["staging", "reading", "backup", "committed"].includes(moment)) {
    return "backup";
  }
  return chance.percent(50) ? "backup" : "restore";
}

async function closeForGood({ host }: Asking): Promise<string[]> {
  const exitCode = await host.close();
  const left = await settled(() => checkLeftovers(host.pid), 1000);
  return exitCode === 0 ? left : [...left, `the host ended with ${exitCode}`];
}
