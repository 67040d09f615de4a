/** How well the project is protected. */

import { defineMessages } from "react-intl";

export const statusMessages = defineMessages({
  ok: { id: "project.settings.backups.status.ok", defaultMessage: "OK" },
  warning: {
    id: "project.settings.backups.status.warning",
    defaultMessage: "Warning",
  },
  failing: {
    id: "project.settings.backups.status.failing",
    defaultMessage: "Failing",
  },
  never: {
    id: "project.settings.backups.status.never",
    defaultMessage: "None",
  },
  unknown: {
    id: "project.settings.backups.status.unknown",
    defaultMessage: "Unknown",
  },
  health: {
    id: "project.settings.backups.status.health",
    defaultMessage: "Health of the backups: {word}",
  },
  okSentence: {
    id: "project.settings.backups.status.okSentence",
    defaultMessage: "The newest attempt made a backup.",
  },
  unreadSentence: {
    id: "project.settings.backups.status.unreadSentence",
    defaultMessage:
      "The newest attempt made a backup, but {count, plural, one {one warning came with it} other {# warnings came with it}}.",
  },
  failedSentence: {
    id: "project.settings.backups.status.failedSentence",
    defaultMessage: "There is a backup, but a later attempt failed.",
  },
  warningSentence: {
    id: "project.settings.backups.status.warningSentence",
    defaultMessage: "There is a backup, but not everything went well.",
  },
  failingSentence: {
    id: "project.settings.backups.status.failingSentence",
    defaultMessage: "There is no backup: every attempt failed.",
  },
  neverSentence: {
    id: "project.settings.backups.status.neverSentence",
    defaultMessage: "This project has no backup yet.",
  },
  lastBackup: {
    id: "project.settings.backups.status.lastBackup",
    defaultMessage: "Last backup {when}",
  },
  noBackup: {
    id: "project.settings.backups.status.noBackup",
    defaultMessage: "No backup",
  },
  size: {
    id: "project.settings.backups.status.size",
    defaultMessage: "{size} in {files, plural, one {one file} other {# files}}",
  },
  nextDue: {
    id: "project.settings.backups.status.nextDue",
    defaultMessage: "Next attempt {when}.",
  },
  lastFailed: {
    id: "project.settings.backups.status.lastFailed",
    defaultMessage:
      "{count, plural, one {The last attempt failed} other {The last # attempts failed}}",
  },
  lastCancelled: {
    id: "project.settings.backups.status.lastCancelled",
    defaultMessage: "The last attempt was cancelled {when}.",
  },
  warnedBeforeCancelled: {
    id: "project.settings.backups.status.warnedBeforeCancelled",
    defaultMessage:
      "The last attempt was cancelled {when}; not everything went well before it.",
  },
  backUpNow: {
    id: "project.settings.backups.status.backUpNow",
    defaultMessage: "Back up now",
  },
  alreadyAsked: {
    id: "project.settings.backups.status.alreadyAsked",
    defaultMessage: "Already asked",
  },
  notice: {
    id: "project.settings.backups.status.notice",
    defaultMessage: "For the administrator of this host",
  },
  unchanged: {
    id: "project.settings.backups.status.unchanged",
    defaultMessage:
      "Nothing had changed since then when the host looked {when}.",
  },
  unchangedSentence: {
    id: "project.settings.backups.status.unchangedSentence",
    defaultMessage:
      "The newest attempt found that nothing had changed since a backup.",
  },
  untried: {
    id: "project.settings.backups.status.untried",
    defaultMessage:
      "No backup was tried on this host yet; the newest one was made {when}.",
  },
  off: {
    id: "project.settings.backups.status.off",
    defaultMessage:
      "Backups are off: this project is backed up only when somebody asks.",
  },
  unprotected: {
    id: "project.settings.backups.status.unprotected",
    defaultMessage:
      "Not yet protected: {count, plural, one {one file or folder} other {# files and folders}} changed since {since}",
  },
  unprotectedMore: {
    id: "project.settings.backups.status.unprotectedMore",
    defaultMessage:
      "Not yet protected: more than {count, number} files and folders changed since {since}",
  },
  unprotectedSome: {
    id: "project.settings.backups.status.unprotectedSome",
    defaultMessage: "Not yet protected: what changed since {since}",
  },
  checkedClean: {
    id: "project.settings.backups.status.checkedClean",
    defaultMessage:
      "The repository was last checked {when}: no damage was found.",
  },
  checkedDamaged: {
    id: "project.settings.backups.status.checkedDamaged",
    defaultMessage: "The repository was last checked {when}: damage was found.",
  },
  countedAt: {
    id: "project.settings.backups.status.countedAt",
    defaultMessage: "counted {when}",
  },
});
