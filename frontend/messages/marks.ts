/** What people make of a backup: pins, names, forgetting. */

import { defineMessages } from "react-intl";

export const marksMessages = defineMessages({
  pinned: {
    id: "project.settings.backups.marks.pinned",
    defaultMessage: "Pinned",
  },
  more: {
    id: "project.settings.backups.marks.more",
    defaultMessage: "More… for the backup of {time}",
  },
  pin: { id: "project.settings.backups.marks.pin", defaultMessage: "Pin" },
  unpin: {
    id: "project.settings.backups.marks.unpin",
    defaultMessage: "Unpin",
  },
  pinFailed: {
    id: "project.settings.backups.marks.pinFailed",
    defaultMessage: "The pin could not be changed",
  },
  rename: {
    id: "project.settings.backups.marks.rename",
    defaultMessage: "Name and note…",
  },
  renameTitle: {
    id: "project.settings.backups.marks.renameTitle",
    defaultMessage: "Name and note",
  },
  renameLead: {
    id: "project.settings.backups.marks.renameLead",
    defaultMessage: "Of the backup of {time}.",
  },
  name: { id: "project.settings.backups.marks.name", defaultMessage: "Name" },
  note: { id: "project.settings.backups.marks.note", defaultMessage: "Note" },
  save: { id: "project.settings.backups.marks.save", defaultMessage: "Save" },
  leave: {
    id: "project.settings.backups.marks.leave",
    defaultMessage: "Cancel",
  },
  renameFailed: {
    id: "project.settings.backups.marks.renameFailed",
    defaultMessage: "Name and note were not saved",
  },
  unproven: {
    id: "project.settings.backups.marks.unproven",
    defaultMessage: "Not proven yet",
  },
  unprovenTitle: {
    id: "project.settings.backups.marks.unprovenTitle",
    defaultMessage: "Why it is not proven yet",
  },
  unprovenHelp: {
    id: "project.settings.backups.marks.unprovenHelp",
    defaultMessage:
      "The repository was cleaned up while this backup was made. Until the next clean-up nobody can say for certain that all of it is there.",
  },
  forget: {
    id: "project.settings.backups.marks.forget",
    defaultMessage: "Forget…",
  },
  forgetTitle: {
    id: "project.settings.backups.marks.forgetTitle",
    defaultMessage: "Forget this backup?",
  },
  forgetLead: {
    id: "project.settings.backups.marks.forgetLead",
    defaultMessage: "The backup of {time} is taken off the list.",
  },
  forgetUntil: {
    id: "project.settings.backups.marks.forgetUntil",
    defaultMessage:
      "You can take it back until {until}. After that it is removed for good at the next clean-up of the repository.",
  },
  forgetSoon: {
    id: "project.settings.backups.marks.forgetSoon",
    defaultMessage:
      "You can take it back for some days. After that it is removed for good at the next clean-up of the repository.",
  },
  forgetNow: {
    id: "project.settings.backups.marks.forgetNow",
    defaultMessage:
      "It cannot be taken back: it is removed for good at the next clean-up of the repository.",
  },
  forgetOnly: {
    id: "project.settings.backups.marks.forgetOnly",
    defaultMessage:
      "It is the only backup on the list: without it nothing of this project can be brought back.",
  },
  forgetPinned: {
    id: "project.settings.backups.marks.forgetPinned",
    defaultMessage: "Forget… (unpin it first)",
  },
  forgetOk: {
    id: "project.settings.backups.marks.forgetOk",
    defaultMessage: "Forget it",
  },
  forgetKeep: {
    id: "project.settings.backups.marks.forgetKeep",
    defaultMessage: "Keep it",
  },
  forgetFailed: {
    id: "project.settings.backups.marks.forgetFailed",
    defaultMessage: "The backup was not forgotten",
  },
  forgot: {
    id: "project.settings.backups.marks.forgot",
    defaultMessage:
      "The backup is forgotten. It can be taken back until {until, date, medium}, {until, time, short}: “Show forgotten” lists it.",
  },
  forgottenAt: {
    id: "project.settings.backups.marks.forgottenAt",
    defaultMessage: "forgotten {when}",
  },
  takeBack: {
    id: "project.settings.backups.marks.takeBack",
    defaultMessage: "Take back",
  },
  tookBack: {
    id: "project.settings.backups.marks.tookBack",
    defaultMessage:
      "The backup is on the list again. It stays like one that somebody asked for: only the rule for those, or a quota, takes it again.",
  },
  takeBackOf: {
    id: "project.settings.backups.marks.takeBackOf",
    defaultMessage: "Take back the backup of {time}",
  },
  takeBackFailed: {
    id: "project.settings.backups.marks.takeBackFailed",
    defaultMessage: "The backup could not be taken back",
  },
  showForgotten: {
    id: "project.settings.backups.marks.showForgotten",
    defaultMessage: "Show forgotten",
  },
  showForgottenFailed: {
    id: "project.settings.backups.marks.showForgottenFailed",
    defaultMessage: "Forgotten backups could not be read",
  },
  noneForgotten: {
    id: "project.settings.backups.marks.noneForgotten",
    defaultMessage: "No forgotten backup can be taken back.",
  },
  ownerOnly: {
    id: "project.settings.backups.marks.ownerOnly",
    defaultMessage: "Only the project’s owner can pin, name or forget backups.",
  },
});
