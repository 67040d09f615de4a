/** Is anybody there? Or: tell me when. Outside of the order of events. */

import { check, WaitForInterest } from "./messages.js";
import { permit } from "./permit.js";
import { malformed, Refusal } from "./refusal.js";
import { parseSubject, type Tokens } from "./subject.js";
import type { Client, Switchboard } from "./switchboard.js";

export async function waitForInterest(
  switchboard: Switchboard,
  client: Client,
  argument: unknown,
): Promise<boolean | { error: string }> {
  const { limits, waiting } = switchboard;
  const { subject, timeout = limits.interestWaitMs } = check(
    WaitForInterest,
    "wait-for-interest",
    argument,
  );
  const tokens = parseSubject(subject);
  if (!tokens) throw malformed(`invalid subject '${subject}'`);
  await permit(switchboard, client, "pub", tokens);
  if (isServed(switchboard, tokens)) return true;
  if (timeout === 0) return false;
  if (client.waits.size >= limits.interestWaits) throw tooMany();
  if (!client.socket.connected) return false;

  const ms = Math.min(timeout, limits.interestWaitMs);
  const wait = waiting.start(tokens, ms);
  client.waits.add(wait);
  const result = await wait.done;
  client.waits.delete(wait);
  return result === "subscribed" || { error: "Error: timeout" };
}

const isServed = ({ interest }: Switchboard, subject: Tokens): boolean =>
  interest.match(subject).some(({ pattern }) => pattern !== ">");

const tooMany = () => new Refusal("too many calls wait for interest", 429);
