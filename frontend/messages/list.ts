/** The list of backups. */

import { defineMessages } from "react-intl";

export const listMessages = defineMessages({
  heading: {
    id: "project.settings.backups.list.heading",
    defaultMessage: "All backups",
  },
  backup: {
    id: "project.settings.backups.list.backup",
    defaultMessage: "Backup",
  },
  size: { id: "project.settings.backups.list.size", defaultMessage: "Size" },
  added: { id: "project.settings.backups.list.added", defaultMessage: "Added" },
  duration: {
    id: "project.settings.backups.list.duration",
    defaultMessage: "Took",
  },
  trigger: {
    id: "project.settings.backups.list.trigger",
    defaultMessage: "Made",
  },
  warnings: {
    id: "project.settings.backups.list.warnings",
    defaultMessage: "Warnings",
  },
  actions: {
    id: "project.settings.backups.list.actions",
    defaultMessage: "Actions",
  },
  asOf: {
    id: "project.settings.backups.list.asOf",
    defaultMessage: "as of {when}",
  },
  neverRead: {
    id: "project.settings.backups.list.neverRead",
    defaultMessage: "never read from the repository",
  },
  incomplete: {
    id: "project.settings.backups.list.incomplete",
    defaultMessage: "The list may not be complete: {why}",
  },
  refresh: {
    id: "project.settings.backups.list.refresh",
    defaultMessage: "Refresh",
  },
  refreshing: {
    id: "project.settings.backups.list.refreshing",
    defaultMessage: "Reading the repository…",
  },
  older: {
    id: "project.settings.backups.list.older",
    defaultMessage: "Show older",
  },
  restore: {
    id: "project.settings.backups.list.restore",
    defaultMessage: "Restore…",
  },
  restoreOf: {
    id: "project.settings.backups.list.restoreOf",
    defaultMessage: "Restore… the backup of {time}",
  },
  noWarnings: {
    id: "project.settings.backups.list.noWarnings",
    defaultMessage: "none",
  },
  warningCount: {
    id: "project.settings.backups.list.warningCount",
    defaultMessage: "{count, plural, one {1 warning} other {# warnings}}",
  },
  warningTitle: {
    id: "project.settings.backups.list.warningTitle",
    defaultMessage: "Not backed up as it is",
  },
  moreWarnings: {
    id: "project.settings.backups.list.moreWarnings",
    defaultMessage: "and {count, plural, one {one more} other {# more}}",
  },
  addedSize: {
    id: "project.settings.backups.list.addedSize",
    defaultMessage: "{size} added",
  },
  empty: {
    id: "project.settings.backups.list.empty",
    defaultMessage: "No backup yet",
  },
  emptyHelp: {
    id: "project.settings.backups.list.emptyHelp",
    defaultMessage:
      "Nothing of this project could be brought back today. Make the first backup now; it does not disturb the project.",
  },
  unreadEmpty: {
    id: "project.settings.backups.list.unreadEmpty",
    defaultMessage: "No backup is known here",
  },
  unreadHelp: {
    id: "project.settings.backups.list.unreadHelp",
    defaultMessage:
      "This host has not read the repository lately, so there may be backups that it does not know of. Refresh to read it.",
  },
  justNow: {
    id: "project.settings.backups.list.justNow",
    defaultMessage: "just now",
  },
  notKnown: {
    id: "project.settings.backups.list.notKnown",
    defaultMessage: "not known",
  },
});
