/**
 * The bodies of Google Calendar v3 as far as we read them. Every schema lets unknown members through untouched: what we do not
 * know is not ours to drop. Lists keep their rows unread, so that one row of an unknown shape never hides the others; rows are
 * read one by one with {@link wireEventSchema}.
 *
 * Source: Calendar API v3 reference, resources Events, CalendarList, Calendars, Freebusy; error bodies of the "Handle API errors" guide.
 */

import * as z from 'zod'

/** `date` (all-day, `yyyy-mm-dd`) or `dateTime` (RFC 3339 with offset, in the zone of the answer); `timeZone` is the event's own. */
const wireTimeSchema = z.looseObject({
  date: z.string().optional(),
  dateTime: z.string().optional(),
  timeZone: z.string().optional(),
})

const wirePersonSchema = z.looseObject({
  email: z.string().optional(),
  displayName: z.string().optional(),
  id: z.string().optional(),
  self: z.boolean().optional(),
})

const wireAttendeeSchema = z.looseObject({
  email: z.string().optional(),
  displayName: z.string().optional(),
  id: z.string().optional(),
  self: z.boolean().optional(),
  organizer: z.boolean().optional(),
  optional: z.boolean().optional(),
  resource: z.boolean().optional(),
  responseStatus: z.enum(['needsAction', 'declined', 'tentative', 'accepted']).optional(),
  comment: z.string().optional(),
  additionalGuests: z.number().optional(),
})

/** `minutes` before the start. `method` is `email` or `popup`; rows of old times also have `sms`. */
const wireReminderSchema = z.looseObject({ method: z.string(), minutes: z.number() })

const wireRemindersSchema = z.looseObject({
  useDefault: z.boolean().optional(),
  overrides: z.array(wireReminderSchema).optional(),
})

const wireEntryPointSchema = z.looseObject({
  entryPointType: z.string().optional(),
  uri: z.string().optional(),
  label: z.string().optional(),
})

const wireConferenceSchema = z.looseObject({
  entryPoints: z.array(wireEntryPointSchema).optional(),
})

const wireAttachmentSchema = z.looseObject({
  fileUrl: z.string().optional(),
  title: z.string().optional(),
  mimeType: z.string().optional(),
  iconLink: z.string().optional(),
  fileId: z.string().optional(),
})

const wireExtendedPropertiesSchema = z.looseObject({
  private: z.record(z.string(), z.string()).optional(),
  shared: z.record(z.string(), z.string()).optional(),
})

/**
 * What is sure of any row, however strange: enough to name it. A bare tombstone has no more than this, without `iCalUID`.
 */
export const wireRowSchema = z.looseObject({
  id: z.string(),
  etag: z.string().optional(),
  status: z.string().optional(),
  updated: z.string().optional(),
  iCalUID: z.string().optional(),
  recurringEventId: z.string().optional(),
})

/** A single event, a master, an exception or a cancelled row. */
export const wireEventSchema = z.looseObject({
  kind: z.string().optional(),
  etag: z.string().optional(),
  id: z.string(),
  status: z.enum(['confirmed', 'tentative', 'cancelled']).optional(),
  htmlLink: z.string().optional(),
  created: z.string().optional(),
  updated: z.string().optional(),
  summary: z.string().optional(),
  description: z.string().optional(),
  location: z.string().optional(),
  colorId: z.string().optional(),
  creator: wirePersonSchema.optional(),
  organizer: wirePersonSchema.optional(),
  start: wireTimeSchema.optional(),
  end: wireTimeSchema.optional(),
  endTimeUnspecified: z.boolean().optional(),
  recurrence: z.array(z.string()).optional(),
  recurringEventId: z.string().optional(),
  originalStartTime: wireTimeSchema.optional(),
  transparency: z.enum(['opaque', 'transparent']).optional(),
  visibility: z.enum(['default', 'public', 'private', 'confidential']).optional(),
  iCalUID: z.string().optional(),
  sequence: z.number().optional(),
  attendees: z.array(wireAttendeeSchema).optional(),
  attendeesOmitted: z.boolean().optional(),
  guestsCanInviteOthers: z.boolean().optional(),
  guestsCanModify: z.boolean().optional(),
  guestsCanSeeOtherGuests: z.boolean().optional(),
  privateCopy: z.boolean().optional(),
  locked: z.boolean().optional(),
  hangoutLink: z.string().optional(),
  conferenceData: wireConferenceSchema.optional(),
  reminders: wireRemindersSchema.optional(),
  extendedProperties: wireExtendedPropertiesSchema.optional(),
  source: z.looseObject({ title: z.string().optional(), url: z.string().optional() }).optional(),
  attachments: z.array(wireAttachmentSchema).optional(),
  eventType: z.string().optional(),
})

/** One page of events.list or events.instances; `nextPageToken` or `nextSyncToken` or neither, never both. */
export const wireEventsSchema = z.looseObject({
  kind: z.string().optional(),
  etag: z.string().optional(),
  summary: z.string().optional(),
  description: z.string().optional(),
  updated: z.string().optional(),
  timeZone: z.string().optional(),
  accessRole: z.string().optional(),
  defaultReminders: z.array(wireReminderSchema).optional(),
  nextPageToken: z.string().optional(),
  nextSyncToken: z.string().optional(),
  items: z.array(z.unknown()).optional(),
})

/** Calendars: what all who see it see. */
export const wireCalendarSchema = z.looseObject({
  kind: z.string().optional(),
  etag: z.string().optional(),
  id: z.string(),
  summary: z.string().optional(),
  description: z.string().optional(),
  location: z.string().optional(),
  timeZone: z.string().optional(),
  dataOwner: z.string().optional(),
})

/** CalendarList: a calendar as the user has it in the list. */
export const wireCalendarListEntrySchema = z.looseObject({
  kind: z.string().optional(),
  etag: z.string().optional(),
  id: z.string(),
  summary: z.string().optional(),
  summaryOverride: z.string().optional(),
  description: z.string().optional(),
  location: z.string().optional(),
  timeZone: z.string().optional(),
  dataOwner: z.string().optional(),
  colorId: z.string().optional(),
  backgroundColor: z.string().optional(),
  foregroundColor: z.string().optional(),
  hidden: z.boolean().optional(),
  selected: z.boolean().optional(),
  accessRole: z.string().optional(),
  defaultReminders: z.array(wireReminderSchema).optional(),
  primary: z.boolean().optional(),
  deleted: z.boolean().optional(),
})

/** A page of the list. */
export const wireCalendarListSchema = z.looseObject({
  kind: z.string().optional(),
  etag: z.string().optional(),
  nextPageToken: z.string().optional(),
  nextSyncToken: z.string().optional(),
  items: z.array(z.unknown()).optional(),
})

/** Freebusy: by address; `errors` in place of `busy` where they cannot be told. */
export const wireFreeBusySchema = z.looseObject({
  kind: z.string().optional(),
  timeMin: z.string().optional(),
  timeMax: z.string().optional(),
  calendars: z.record(z.string(), z.looseObject({
    busy: z.array(z.looseObject({ start: z.string(), end: z.string() })).optional(),
    errors: z.array(z.looseObject({ domain: z.string().optional(), reason: z.string() })).optional(),
  })),
})

/** Calendar API errors; the token endpoint has {@link wireTokenErrorSchema}. */
export const wireErrorSchema = z.looseObject({
  error: z.looseObject({
    code: z.number().optional(),
    message: z.string().optional(),
    status: z.string().optional(),
    errors: z.array(z.looseObject({
      domain: z.string().optional(),
      reason: z.string().optional(),
      message: z.string().optional(),
      locationType: z.string().optional(),
      location: z.string().optional(),
    })).optional(),
  }),
})

/** `expires_in` in seconds. */
export const wireTokenSchema = z.looseObject({
  access_token: z.string().min(1),
  expires_in: z.number().optional(),
  token_type: z.string().optional(),
  scope: z.string().optional(),
  refresh_token: z.string().optional(),
})

/** A refusal of the token endpoint (RFC 6749 §5.2). */
export const wireTokenErrorSchema = z.looseObject({
  error: z.string(),
  error_description: z.string().optional(),
})

/** What reads one of these bodies. */
export type WireSchema = z.ZodType
export type WireTime = z.infer<typeof wireTimeSchema>
export type WirePerson = z.infer<typeof wirePersonSchema>
export type WireAttendee = z.infer<typeof wireAttendeeSchema>
export type WireReminder = z.infer<typeof wireReminderSchema>
export type WireReminders = z.infer<typeof wireRemindersSchema>
export type WireEntryPoint = z.infer<typeof wireEntryPointSchema>
export type WireConference = z.infer<typeof wireConferenceSchema>
export type WireAttachment = z.infer<typeof wireAttachmentSchema>
export type WireRow = z.infer<typeof wireRowSchema>
export type WireEvent = z.infer<typeof wireEventSchema>
export type WireEvents = z.infer<typeof wireEventsSchema>
export type WireCalendarListEntry = z.infer<typeof wireCalendarListEntrySchema>
export type WireFreeBusy = z.infer<typeof wireFreeBusySchema>
