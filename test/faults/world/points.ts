/**
 * Names of points: the nearest line of production code, or of a stand-in,
 * that asked for an effect, and the effect. Nothing is marked by hand.
 */

import { readFileSync, realpathSync } from "node:fs";
import { SourceMap } from "node:module";

const named =
  /(?:^|\/)((?:lib|test\/faults\/programs|test\/faults\/world(?=\/capture))\/[^?]+)$/;
const short = (path: string) => path.replace(/^(lib|test\/faults)\//, "");

/** Offset in the bundle -> place; null: neither production nor a stand-in. */
const places = new Map<number, string | null>();
let map: SourceMap | undefined;
const bundle = realpathSync(process.argv[1] ?? "/");

/** `jobs/worker.ts:30 rename`, for the code that called our caller. */
export function pointOf(operation: string): string {
  for (const site of callSites()) {
    const place = placeAt(site);
    if (place !== null) return `${place} ${operation}`;
  }
  return `? ${operation}`;
}

/** For other processes of the same bundle: reading its map takes 70 ms. */
export function knownPlaces(): [number, string | null][] {
  return [...places];
}

export function learnPlaces(known: [number, string | null][]): void {
  for (const [offset, place] of known) places.set(offset, place);
}

/** An offset is cheap; the line that it is in is looked for once. */
function placeAt(site: NodeJS.CallSite): string | null {
  if (site.getFileName() !== bundle) return null;
  const offset = (site as NodeJS.CallSite & Position).getPosition();
  const known = places.get(offset);
  if (known !== undefined) return known;
  const place = lookUp(site.getLineNumber() ?? 1, site.getColumnNumber() ?? 1);
  places.set(offset, place);
  return place;
}

/** V8 has it, its types do not. */
interface Position {
  getPosition(): number;
}

function lookUp(line: number, column: number): string | null {
  map ??= new SourceMap(JSON.parse(readFileSync(`${bundle}.map`, "utf8")));
  const entry = map.findEntry(line - 1, column - 1);
  if (!("originalSource" in entry)) return null;
  const [, path] = named.exec(entry.originalSource) ?? [];
  return path ? `${short(path)}:${entry.originalLine + 1}` : null;
}

const depth = 10;

function callSites(): NodeJS.CallSite[] {
  const { prepareStackTrace, stackTraceLimit } = Error;
  Error.stackTraceLimit = depth;
  Error.prepareStackTrace = (_error, sites) => sites;
  const holder: { stack?: unknown } = {};
  Error.captureStackTrace(holder, pointOf);
  const sites = holder.stack as NodeJS.CallSite[];
  Error.prepareStackTrace = prepareStackTrace;
  Error.stackTraceLimit = stackTraceLimit;
  return sites;
}
