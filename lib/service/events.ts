/**
 * Tells who listens that job rows changed. The rows are read, not watched in
 * memory: so jobs of every process on this host are told of, and a slow
 * router gets the newest state of each row instead of a backlog.
 */

import { eventsSubject, JobEvent } from "../../conat-api/index.js";
import type { ProjectHost } from "../host.js";
import type { Store } from "../store/index.js";

/** A row is told of at most so often. */
const everyMs = 250;
const rowsAtOnce = 200;

export function publishEvents(
  { conat, logger }: Pick<ProjectHost, "conat" | "logger">,
  { jobs }: Pick<Store, "jobs">,
): { close(): void } {
  if (!conat?.publish) return { close() {} };
  const publish = conat.publish.bind(conat);
  let seen = jobs.revision();
  let sending: Promise<void> | undefined;

  const tell = async (): Promise<void> => {
    const rows = jobs.changedSince(seen, rowsAtOnce);
    seen = rows.at(-1)?.revision ?? seen;
    await Promise.all(
      // Async: a row that cannot be told of does not keep the others back.
      rows.map(async (row) =>
        publish(eventsSubject(row.project_id), JobEvent.parse(row), {
          timeout: everyMs * 20,
        }),
      ),
    );
  };
  const timer = setInterval(() => {
    sending ??= tell()
      .catch((error: unknown) =>
        // A hint that is lost is made up for by whoever looks next.
        logger.debug("an event was not published", { error: String(error) }),
      )
      .finally(() => {
        sending = undefined;
      });
  }, everyMs);
  return { close: () => clearInterval(timer) };
}
