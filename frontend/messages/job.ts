/** A job: what it does, how far it is, how it ended. */

import { defineMessages } from "react-intl";

export const jobMessages = defineMessages({
  backingUp: {
    id: "project.settings.backups.job.backingUp",
    defaultMessage: "Backing up",
  },
  restoring: {
    id: "project.settings.backups.job.restoring",
    defaultMessage: "Restoring the project",
  },
  backup: {
    id: "project.settings.backups.job.backup",
    defaultMessage: "Backup",
  },
  restore: {
    id: "project.settings.backups.job.restore",
    defaultMessage: "Restore",
  },
  pending: {
    id: "project.settings.backups.job.pending",
    defaultMessage: "Waiting for its turn",
  },
  waitingToRetry: {
    id: "project.settings.backups.job.waitingToRetry",
    defaultMessage: "Waiting, to be tried again",
  },
  running: {
    id: "project.settings.backups.job.running",
    defaultMessage: "Running",
  },
  succeeded: {
    id: "project.settings.backups.job.succeeded",
    defaultMessage: "Done",
  },
  failed: {
    id: "project.settings.backups.job.failed",
    defaultMessage: "Failed",
  },
  cancelled: {
    id: "project.settings.backups.job.cancelled",
    defaultMessage: "Cancelled",
  },
  preparing: {
    id: "project.settings.backups.job.preparing",
    defaultMessage: "Preparing",
  },
  staging: {
    id: "project.settings.backups.job.staging",
    defaultMessage: "Preparing the files",
  },
  comparing: {
    id: "project.settings.backups.job.comparing",
    defaultMessage: "Looking for what changed",
  },
  reading: {
    id: "project.settings.backups.job.reading",
    defaultMessage: "Reading files",
  },
  writing: {
    id: "project.settings.backups.job.writing",
    defaultMessage: "Writing files beside the project",
  },
  stopping: {
    id: "project.settings.backups.job.stopping",
    defaultMessage: "Preparing the swap",
  },
  swapping: {
    id: "project.settings.backups.job.swapping",
    defaultMessage: "Putting the restored files in place",
  },
  settling: {
    id: "project.settings.backups.job.settling",
    defaultMessage: "Finishing",
  },
  progress: {
    id: "project.settings.backups.job.progress",
    defaultMessage: "{done} of {total}",
  },
  progressAbout: {
    id: "project.settings.backups.job.progressAbout",
    defaultMessage: "{done} of about {total}",
  },
  soFar: {
    id: "project.settings.backups.job.soFar",
    defaultMessage: "{done} so far",
  },
  goesOn: {
    id: "project.settings.backups.job.goesOn",
    defaultMessage: "It goes on by itself: you can close this page.",
  },
  cancel: {
    id: "project.settings.backups.job.cancel",
    defaultMessage: "Cancel",
  },
  cancelBackup: {
    id: "project.settings.backups.job.cancelBackup",
    defaultMessage: "Cancel this backup",
  },
  cancelRestore: {
    id: "project.settings.backups.job.cancelRestore",
    defaultMessage: "Cancel this restore",
  },
  cancelTitle: {
    id: "project.settings.backups.job.cancelTitle",
    defaultMessage: "Cancel this restore?",
  },
  cancelBody: {
    id: "project.settings.backups.job.cancelBody",
    defaultMessage:
      "What was written so far is thrown away. If the host has begun to put the files in place by then, the restore is completed.",
  },
  cancelOk: {
    id: "project.settings.backups.job.cancelOk",
    defaultMessage: "Cancel the restore",
  },
  cancelKeep: {
    id: "project.settings.backups.job.cancelKeep",
    defaultMessage: "Let it go on",
  },
  failures: {
    id: "project.settings.backups.job.failures",
    defaultMessage: "Recent failures ({count})",
  },
  noReason: {
    id: "project.settings.backups.job.noReason",
    defaultMessage: "It failed, and the host noted no reason.",
  },
  scheduled: {
    id: "project.settings.backups.job.scheduled",
    defaultMessage: "scheduled",
  },
  byYou: { id: "project.settings.backups.job.byYou", defaultMessage: "by you" },
  byHand: {
    id: "project.settings.backups.job.byHand",
    defaultMessage: "by hand",
  },
  hub: { id: "project.settings.backups.job.hub", defaultMessage: "hub" },
  retry: { id: "project.settings.backups.job.retry", defaultMessage: "retry" },
  unknown: {
    id: "project.settings.backups.job.unknown",
    defaultMessage: "unknown",
  },
});
