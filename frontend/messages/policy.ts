/** When a backup is due, and which ones are kept. */

import { defineMessages } from "react-intl";

export const policyMessages = defineMessages({
  open: {
    id: "project.settings.backups.policy.open",
    defaultMessage: "Policy…",
  },
  title: {
    id: "project.settings.backups.policy.title",
    defaultMessage: "Backup policy",
  },
  loading: {
    id: "project.settings.backups.policy.loading",
    defaultMessage: "Asking the project’s host for the policy…",
  },
  readFailed: {
    id: "project.settings.backups.policy.readFailed",
    defaultMessage: "The policy could not be read",
  },
  isDefault: {
    id: "project.settings.backups.policy.isDefault",
    defaultMessage: "This project follows the host’s default.",
  },
  isOwn: {
    id: "project.settings.backups.policy.isOwn",
    defaultMessage: "This project has a policy of its own.",
  },
  ownerOnly: {
    id: "project.settings.backups.policy.ownerOnly",
    defaultMessage: "Only the project’s owner can change it.",
  },
  enabled: {
    id: "project.settings.backups.policy.enabled",
    defaultMessage: "Back up by itself",
  },
  enabledHelp: {
    id: "project.settings.backups.policy.enabledHelp",
    defaultMessage:
      "Off: nothing is backed up unless somebody asks. What there is stays as the rules below say.",
  },
  schedule: {
    id: "project.settings.backups.policy.schedule",
    defaultMessage: "When",
  },
  daily: {
    id: "project.settings.backups.policy.daily",
    defaultMessage: "Once a day, at a time that the host chooses",
  },
  cron: {
    id: "project.settings.backups.policy.cron",
    defaultMessage: "At times of your own (cron)",
  },
  expression: {
    id: "project.settings.backups.policy.expression",
    defaultMessage: "Cron expression",
  },
  expressionHelp: {
    id: "project.settings.backups.policy.expressionHelp",
    defaultMessage:
      "Minute, hour, day of the month, month, day of the week: 0 3 * * * is every day at 3:00.",
  },
  expressionError: {
    id: "project.settings.backups.policy.expressionError",
    defaultMessage:
      "Give five fields, such as 0 3 * * *, or six with the seconds first.",
  },
  timeZone: {
    id: "project.settings.backups.policy.timeZone",
    defaultMessage: "Time zone",
  },
  timeZoneHelp: {
    id: "project.settings.backups.policy.timeZoneHelp",
    defaultMessage: "Such as Europe/Vienna. Empty: the host’s.",
  },
  timeZoneError: {
    id: "project.settings.backups.policy.timeZoneError",
    defaultMessage: "This is no time zone that your browser knows.",
  },
  keep: {
    id: "project.settings.backups.policy.keep",
    defaultMessage: "Which backups are kept",
  },
  keepHelp: {
    id: "project.settings.backups.policy.keepHelp",
    defaultMessage:
      "A backup stays if any of these counts it: the newest so many, and the newest of each of so many hours, days, weeks, months and years.",
  },
  last: {
    id: "project.settings.backups.policy.last",
    defaultMessage: "Newest",
  },
  hourly: {
    id: "project.settings.backups.policy.hourly",
    defaultMessage: "Hours",
  },
  weekly: {
    id: "project.settings.backups.policy.weekly",
    defaultMessage: "Weeks",
  },
  dailyCount: {
    id: "project.settings.backups.policy.dailyCount",
    defaultMessage: "Days",
  },
  monthly: {
    id: "project.settings.backups.policy.monthly",
    defaultMessage: "Months",
  },
  yearly: {
    id: "project.settings.backups.policy.yearly",
    defaultMessage: "Years",
  },
  countError: {
    id: "project.settings.backups.policy.countError",
    defaultMessage: "A whole number from 0 to {most, number}",
  },
  manual: {
    id: "project.settings.backups.policy.manual",
    defaultMessage: "Those that somebody asked for",
  },
  manualHelp: {
    id: "project.settings.backups.policy.manualHelp",
    defaultMessage:
      "They have a rule of their own; the counts above never take them. With both numbers at 0 all of them are kept.",
  },
  manualAll: {
    id: "project.settings.backups.policy.manualAll",
    defaultMessage: "Keep all",
  },
  manualSome: {
    id: "project.settings.backups.policy.manualSome",
    defaultMessage: "Keep the newest, and all young ones",
  },
  manualLast: {
    id: "project.settings.backups.policy.manualLast",
    defaultMessage: "Newest",
  },
  manualDays: {
    id: "project.settings.backups.policy.manualDays",
    defaultMessage: "Younger than so many days",
  },
  excludes: {
    id: "project.settings.backups.policy.excludes",
    defaultMessage: "Files that are not backed up",
  },
  excludesHelp: {
    id: "project.settings.backups.policy.excludesHelp",
    defaultMessage: "One pattern a line, such as *.tmp or /cache/.",
  },
  excludesSign: {
    id: "project.settings.backups.policy.excludesSign",
    defaultMessage: "Line {line, number} must not begin with ! or #.",
  },
  excludesLong: {
    id: "project.settings.backups.policy.excludesLong",
    defaultMessage: "Line {line, number} is too long.",
  },
  excludesMany: {
    id: "project.settings.backups.policy.excludesMany",
    defaultMessage: "At most {most, number} lines.",
  },
  quota: {
    id: "project.settings.backups.policy.quota",
    defaultMessage:
      "This project may have {max, plural, one {one backup} other {# backups}}. When there are more, scheduled ones go first, then those that somebody asked for, the oldest of each first; pinned ones stay.",
  },
  preview: {
    id: "project.settings.backups.policy.preview",
    defaultMessage: "Preview",
  },
  previewHelp: {
    id: "project.settings.backups.policy.previewHelp",
    defaultMessage:
      "What these rules would do now. Nothing happens before you save.",
  },
  previewTitle: {
    id: "project.settings.backups.policy.previewTitle",
    defaultMessage: "What would happen now",
  },
  previewCount: {
    id: "project.settings.backups.policy.previewCount",
    defaultMessage:
      "{kept, plural, =0 {No backup would be kept} one {One backup would be kept} other {# backups would be kept}}, {dropped, plural, =0 {none would go} one {one would go} other {# would go}}.",
  },
  crowded: {
    id: "project.settings.backups.policy.crowded",
    defaultMessage:
      "The limit of {max, number} leaves fewer than two scheduled backups: those that are pinned or that somebody asked for come first.",
  },
  previewEmpty: {
    id: "project.settings.backups.policy.previewEmpty",
    defaultMessage:
      "There is no backup yet that these rules could keep or take.",
  },
  takeBackDays: {
    id: "project.settings.backups.policy.takeBackDays",
    defaultMessage:
      "What goes is forgotten first: for {days, plural, one {one day} other {# days}} it can be taken back.",
  },
  previewFailed: {
    id: "project.settings.backups.policy.previewFailed",
    defaultMessage: "There is no preview",
  },
  backup: {
    id: "project.settings.backups.policy.backup",
    defaultMessage: "Backup",
  },
  decision: {
    id: "project.settings.backups.policy.decision",
    defaultMessage: "What becomes of it",
  },
  kept: { id: "project.settings.backups.policy.kept", defaultMessage: "Kept" },
  goes: { id: "project.settings.backups.policy.goes", defaultMessage: "Goes" },
  because: {
    id: "project.settings.backups.policy.because",
    defaultMessage: "{what}: {why}",
  },
  pinned: {
    id: "project.settings.backups.policy.pinned",
    defaultMessage: "pinned",
  },
  newest: {
    id: "project.settings.backups.policy.newest",
    defaultMessage: "the newest good one",
  },
  unproven: {
    id: "project.settings.backups.policy.unproven",
    defaultMessage: "not proven yet",
  },
  byHand: {
    id: "project.settings.backups.policy.byHand",
    defaultMessage: "somebody asked for it",
  },
  ofLast: {
    id: "project.settings.backups.policy.ofLast",
    defaultMessage: "among the newest",
  },
  ofHour: {
    id: "project.settings.backups.policy.ofHour",
    defaultMessage: "the newest of its hour",
  },
  ofDay: {
    id: "project.settings.backups.policy.ofDay",
    defaultMessage: "the newest of its day",
  },
  ofWeek: {
    id: "project.settings.backups.policy.ofWeek",
    defaultMessage: "the newest of its week",
  },
  ofMonth: {
    id: "project.settings.backups.policy.ofMonth",
    defaultMessage: "the newest of its month",
  },
  ofYear: {
    id: "project.settings.backups.policy.ofYear",
    defaultMessage: "the newest of its year",
  },
  ofFuture: {
    id: "project.settings.backups.policy.ofFuture",
    defaultMessage: "its time lies ahead of the host’s clock",
  },
  noRule: {
    id: "project.settings.backups.policy.noRule",
    defaultMessage: "the rule for such backups is empty, so none is taken",
  },
  notCounted: {
    id: "project.settings.backups.policy.notCounted",
    defaultMessage: "no rule keeps it",
  },
  overQuota: {
    id: "project.settings.backups.policy.overQuota",
    defaultMessage: "there are more than the project may have",
  },
  save: { id: "project.settings.backups.policy.save", defaultMessage: "Save" },
  saved: {
    id: "project.settings.backups.policy.saved",
    defaultMessage: "The policy is saved.",
  },
  saveFailed: {
    id: "project.settings.backups.policy.saveFailed",
    defaultMessage: "The policy was not saved",
  },
  readAnew: {
    id: "project.settings.backups.policy.readAnew",
    defaultMessage: "Read it anew",
  },
  useDefault: {
    id: "project.settings.backups.policy.useDefault",
    defaultMessage: "Use the host’s default",
  },
  useDefaultAsk: {
    id: "project.settings.backups.policy.useDefaultAsk",
    defaultMessage: "Give up this project’s own policy?",
  },
  useDefaultOk: {
    id: "project.settings.backups.policy.useDefaultOk",
    defaultMessage: "Use the default",
  },
  leave: {
    id: "project.settings.backups.policy.leave",
    defaultMessage: "Cancel",
  },
});
