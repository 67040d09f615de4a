/** The panel as a whole: its views and its answers. */

import { defineMessages } from "react-intl";

export const panelMessages = defineMessages({
  title: {
    id: "project.settings.backups.panel.title",
    defaultMessage: "Backups",
  },
  loading: {
    id: "project.settings.backups.panel.loading",
    defaultMessage: "Asking the project's host about its backups…",
  },
  unreachable: {
    id: "project.settings.backups.panel.unreachable",
    defaultMessage: "The backups cannot be shown now",
  },
  stale: {
    id: "project.settings.backups.panel.stale",
    defaultMessage: "This may be out of date",
  },
  readAt: {
    id: "project.settings.backups.panel.readAt",
    defaultMessage: "read {when}",
  },
  retrying: {
    id: "project.settings.backups.panel.retrying",
    defaultMessage: "The panel tries again by itself.",
  },
  tryAgain: {
    id: "project.settings.backups.panel.tryAgain",
    defaultMessage: "Try again",
  },
  noAnswer: {
    id: "project.settings.backups.panel.noAnswer",
    defaultMessage: "The project's host does not answer.",
  },
  lost: {
    id: "project.settings.backups.panel.lost",
    defaultMessage: "The connection to the project's host is lost.",
  },
  deniedTitle: {
    id: "project.settings.backups.panel.deniedTitle",
    defaultMessage: "You cannot see the backups of this project",
  },
  denied: {
    id: "project.settings.backups.panel.denied",
    defaultMessage:
      "The backups of a project are for its owner and its collaborators.",
  },
  unexplained: {
    id: "project.settings.backups.panel.unexplained",
    defaultMessage:
      "The project's host could not do this, and gave no reason that would help. Try again in a minute.",
  },
  startFailed: {
    id: "project.settings.backups.panel.startFailed",
    defaultMessage: "No backup was asked for",
  },
  cancelFailed: {
    id: "project.settings.backups.panel.cancelFailed",
    defaultMessage: "The job could not be cancelled",
  },
  refreshFailed: {
    id: "project.settings.backups.panel.refreshFailed",
    defaultMessage: "The list could not be refreshed",
  },
  olderFailed: {
    id: "project.settings.backups.panel.olderFailed",
    defaultMessage: "Older backups could not be read",
  },
  joined: {
    id: "project.settings.backups.panel.joined",
    defaultMessage:
      "A backup had been asked for already; it will hold what the project has now.",
  },
  endedBefore: {
    id: "project.settings.backups.panel.endedBefore",
    defaultMessage: "There was nothing to cancel: the job had ended before.",
  },
  close: {
    id: "project.settings.backups.panel.close",
    defaultMessage: "Close",
  },
});
