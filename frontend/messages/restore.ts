/** Restoring a whole project in place. */

import { defineMessages } from "react-intl";

export const restoreMessages = defineMessages({
  title: {
    id: "project.settings.backups.restore.title",
    defaultMessage: "Restore the whole project?",
  },
  lead: {
    id: "project.settings.backups.restore.lead",
    defaultMessage: "{title} goes back to the backup of {time} ({ago}).",
  },
  thisProject: {
    id: "project.settings.backups.restore.thisProject",
    defaultMessage: "This project",
  },
  whole: {
    id: "project.settings.backups.restore.whole",
    defaultMessage:
      "Everything in the project is replaced by what the backup holds.",
  },
  stop: {
    id: "project.settings.backups.restore.stop",
    defaultMessage:
      "The files are written beside the project first. Then the host stops the project, where it can, and swaps the two. Close programs that use the project first: what they write after the swap goes to the old files.",
  },
  kept: {
    id: "project.settings.backups.restore.kept",
    defaultMessage:
      "Files that were changed or made since then are not lost: the present files are put aside on the host, and its administrator can bring them back.",
  },
  warnings: {
    id: "project.settings.backups.restore.warnings",
    defaultMessage:
      "This backup has {count, plural, one {1 warning} other {# warnings}}: what they name may be missing after the restore.",
  },
  safe: {
    id: "project.settings.backups.restore.safe",
    defaultMessage:
      "Until the swap you can cancel, and nothing in the project changes.",
  },
  agree: {
    id: "project.settings.backups.restore.agree",
    defaultMessage:
      "I understand that the whole project is replaced, for everyone in it.",
  },
  ok: {
    id: "project.settings.backups.restore.ok",
    defaultMessage: "Restore the project",
  },
  cancel: {
    id: "project.settings.backups.restore.cancel",
    defaultMessage: "Do nothing",
  },
  refused: {
    id: "project.settings.backups.restore.refused",
    defaultMessage: "The restore was not started",
  },
  succeeded: {
    id: "project.settings.backups.restore.succeeded",
    defaultMessage: "The project was restored",
  },
  restoredFrom: {
    id: "project.settings.backups.restore.restoredFrom",
    defaultMessage: "It was restored from the backup of {time}.",
  },
  keptAside: {
    id: "project.settings.backups.restore.keptAside",
    defaultMessage:
      "The files that were there before are kept aside on the host; its administrator can bring them back.",
  },
  failed: {
    id: "project.settings.backups.restore.failed",
    defaultMessage: "The restore failed",
  },
  cancelled: {
    id: "project.settings.backups.restore.cancelled",
    defaultMessage: "The restore was cancelled",
  },
});
