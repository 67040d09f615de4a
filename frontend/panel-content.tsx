/** What there is to see and to do, once the host has answered. */

import { Flex } from "antd";
import { useState } from "react";
import type { Output, Status } from "../conat-api/index.js";
import { ActiveJob } from "./active-job.js";
import { BackupList } from "./backup-list.js";
import { Failures } from "./failures.js";
import { FeedbackAlert } from "./feedback.js";
import { HealthSummary } from "./health.js";
import { activeJobs, alreadyAsked, endedRestore } from "./jobs.js";
import { hasOlder } from "./model.js";
import { LastFailure, Notices } from "./notices.js";
import { RestoreResult } from "./restore-result.js";
import { useFocusPlaces } from "./use-focus-places.js";
import type { ProjectBackups } from "./use-project-backups.js";
import { useRestoring } from "./use-restoring.js";

interface PanelContentProps extends ProjectBackups {
  status: Status;
  list: Output<"list">;
  account_id: string;
  title: string;
  narrow: boolean;
  now: number;
}

export function PanelContent(props: PanelContentProps) {
  const { state, actions, status, now } = props;
  const stale = state.trouble !== undefined;
  const active = activeJobs(state);
  const restores = active.some(({ kind }) => kind === "restore");
  const disabled = stale || restores;
  const places = useFocusPlaces();
  const onRestored = places.toRestore;
  const restoring = useRestoring({ ...props, disabled, onRestored });
  return (
    <Flex vertical gap="middle">
      <HealthSummary
        {...{ status, now }}
        asked={alreadyAsked(active, now)}
        asking={state.busy.start !== undefined}
        stale={stale}
        place={places.summary}
        onStart={actions.start}
      />
      {active.map((job) => (
        <ActiveJob
          key={job.job_id}
          {...{ job, now, stale }}
          place={job.kind === "restore" ? places.restore : undefined}
          onGone={places.onGone}
          cancelling={state.busy.cancel === job.job_id}
          onCancel={actions.cancel}
        />
      ))}
      <News {...props} dialogOpen={restoring.isOpen} />
      <BackupList
        {...props}
        {...{ stale }}
        disabled={disabled || state.busy.restore !== undefined}
        shown={state.shown}
        older={hasOlder(state)}
        readingOlder={state.busy.older !== undefined}
        onRestore={restoring.open}
        onRefresh={actions.refresh}
        onShowOlder={actions.showOlder}
      />
      <Failures jobs={state.failed} now={now} />
      <Notices notices={status.notices} />
      {restoring.dialog}
    </Flex>
  );
}

/** What happened: to the last click, the last restore, the last backup. */
function News(props: PanelContentProps & { dialogOpen: boolean }) {
  const { state, actions, status, list, now, dialogOpen } = props;
  const [seen, setSeen] = useState<string>();
  const { feedback } = state;
  const restore = endedRestore(state, now);
  return (
    <>
      {feedback && !(dialogOpen && feedback.action === "restore") && (
        <FeedbackAlert feedback={feedback} onClose={actions.dismiss} />
      )}
      {restore && restore.job_id !== seen && (
        <RestoreResult
          key={restore.job_id}
          job={restore}
          backup={list.backups.find(
            ({ backup_id }) => backup_id === restore.backup_id,
          )}
          now={now}
          onClose={() => setSeen(restore.job_id)}
        />
      )}
      <LastFailure status={status} now={now} />
    </>
  );
}
