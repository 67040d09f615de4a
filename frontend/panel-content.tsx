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
import { type ActionName, hasOlder, shownBackups } from "./model.js";
import { LastFailure, Notices } from "./notices.js";
import { RestoreResult } from "./restore-result.js";
import { usePolicy } from "./use-policy.js";
import { useFocusPlaces } from "./use-focus-places.js";
import type { ProjectBackups } from "./use-project-backups.js";
import { useMarking } from "./use-marking.js";
import { useRestoring } from "./use-restoring.js";

interface PanelContentProps extends ProjectBackups {
  status: Status;
  list: Output<"list">;
  account_id: string;
  title: string;
  owner: boolean;
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
  const marking = useMarking({ ...props, onGone: places.onGone });
  const policy = usePolicy(props);
  return (
    <Flex vertical gap="middle">
      <HealthSummary
        {...{ status, now }}
        asked={alreadyAsked(active, now)}
        asking={state.busy.start !== undefined}
        stale={stale}
        place={places.summary}
        onStart={actions.start}
        onPolicy={policy.open}
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
      <News
        {...props}
        told={[...restoring.tells, ...marking.tells, ...policy.tells]}
      />
      <BackupList
        {...props}
        {...{ stale }}
        disabled={disabled || state.busy.restore !== undefined}
        backups={shownBackups(state)}
        forgotten={state.forgotten}
        older={hasOlder(state)}
        busy={state.busy}
        verbs={{
          onRestore: restoring.open,
          onPin: ({ backup_id, pinned }) =>
            void actions.update(backup_id, { pinned: !pinned }),
          onRename: marking.rename,
          onForget: marking.forget,
          onTakeBack: ({ backup_id }) => void actions.takeBack(backup_id),
        }}
        onRefresh={actions.refresh}
        onShowOlder={actions.showOlder}
        onShowForgotten={actions.showForgotten}
      />
      <Failures jobs={state.failed} now={now} />
      <Notices notices={status.notices} />
      {restoring.dialog}
      {marking.dialog}
      {policy.drawer}
    </Flex>
  );
}

/** What happened: to the last click, the last restore, the last backup. */
function News(props: PanelContentProps & { told: ActionName[] }) {
  const { state, actions, status, list, now, told } = props;
  const [seen, setSeen] = useState<string>();
  const { feedback } = state;
  const restore = endedRestore(state, now);
  return (
    <>
      {feedback && !told.includes(feedback.action) && (
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
