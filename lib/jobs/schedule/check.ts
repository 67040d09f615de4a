/** Is it a schedule that a project may have? */

import { BackupError, type Schedule } from "../../../conat-api/index.js";
import { openZone } from "../zone.js";
import { shortestPause } from "./cron.js";

const leastMinutes = 5;

/** @throws BackupError INVALID_ARGUMENT that says what is wrong with it. */
export function checkSchedule(schedule: Schedule): void {
  if (schedule.type === "daily") return;
  const { expression, time_zone } = schedule;
  checkZone(time_zone);
  const pause = pauseOf(expression);
  if (pause === Infinity) {
    throw refusal(
      `schedule.expression: "${expression}" never comes.`,
      "Look at its day and its month.",
    );
  }
  if (pause < leastMinutes) {
    throw refusal(
      `schedule.expression: "${expression}" comes more often than every five minutes.`,
      "Make it rarer.",
    );
  }
}

function checkZone(time_zone: string | undefined): void {
  try {
    openZone(time_zone);
  } catch (cause) {
    throw refusal(
      `schedule.time_zone: "${time_zone}" is no time zone.`,
      "Take a name such as Europe/Vienna.",
      cause,
    );
  }
}

function pauseOf(expression: string): number {
  try {
    return shortestPause(expression);
  } catch (cause) {
    const trouble = (cause as Error).message.replace(/^CronPattern: /, "");
    throw refusal(
      `schedule.expression: "${expression}" cannot be understood: ${trouble.replace(/\.$/, "")}.`,
      "It has five fields, as cron has them: minute, hour, day, month, weekday.",
      cause,
    );
  }
}

function refusal(message: string, hint: string, cause?: unknown): BackupError {
  return new BackupError("INVALID_ARGUMENT", message, { hint, cause });
}
