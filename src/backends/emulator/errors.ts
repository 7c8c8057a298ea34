/** Every refusal of the API, once: status, domain, reason, message, and what it points at (google-calendar-v3 reference §13). */

interface ErrorRow {
  readonly status: number
  readonly domain: 'global' | 'calendar' | 'usageLimits'
  readonly message: string
  readonly locationType?: 'parameter' | 'header'
  readonly location?: string
  /** What the front end calls it; only its own failures carry one. */
  readonly frontEnd?: string
}

const errorTable = {
  badRequest: { status: 400, domain: 'global', message: 'Bad Request' },
  parseError: { status: 400, domain: 'global', message: 'Parse Error' },
  invalid: { status: 400, domain: 'global', message: 'Invalid Value' },
  invalidParameter: { status: 400, domain: 'global', message: 'Invalid Value' },
  required: { status: 400, domain: 'global', message: 'Required' },
  timeRangeEmpty: {
    status: 400, domain: 'calendar', message: 'The specified time range is empty.', locationType: 'parameter', location: 'timeMax',
  },
  participantIsNeitherOrganizerNorAttendee: {
    status: 400, domain: 'calendar',
    message: 'The owner of the calendar must either be the organizer or an attendee of an event that is imported.',
  },
  cannotUseDefaultRemindersAndSpecifyOverride: {
    status: 400, domain: 'calendar', message: 'Cannot specify both default reminders and overrides at the same time.',
  },
  authError: {
    status: 401, domain: 'global', message: 'Invalid Credentials', locationType: 'header', location: 'Authorization', frontEnd: 'UNAUTHENTICATED',
  },
  loginRequired: {
    status: 401, domain: 'global', message: 'Login Required.', locationType: 'header', location: 'Authorization', frontEnd: 'UNAUTHENTICATED',
  },
  forbidden: { status: 403, domain: 'global', message: 'Forbidden' },
  insufficientPermissions: { status: 403, domain: 'global', message: 'Insufficient Permission' },
  requiredAccessLevel: { status: 403, domain: 'calendar', message: 'You need to have writer access to this calendar.' },
  forbiddenForNonOrganizer: {
    status: 403, domain: 'calendar', message: 'Shared properties can only be changed by the organizer of the event.',
  },
  cannotChangeOrganizer: { status: 403, domain: 'calendar', message: 'The organizer of this event cannot be changed.' },
  cannotChangeOrganizerOfInstance: { status: 403, domain: 'calendar', message: 'The organizer of an instance of a recurring event cannot be changed.' },
  eventTypeRestriction: { status: 403, domain: 'calendar', message: 'This operation is not allowed for events of this type.' },
  cannotDeletePrimaryCalendar: { status: 403, domain: 'calendar', message: 'The primary calendar cannot be deleted.' },
  cannotChangeOwnPrimarySubscription: { status: 403, domain: 'calendar', message: 'The primary calendar cannot be removed from the calendar list.' },
  cannotUnsubscribeFromOwnedCalendar: {
    status: 403, domain: 'calendar', message: 'The data owner of a calendar cannot remove such a calendar from their calendar list.',
  },
  cannotChangeOwnerAcl: { status: 403, domain: 'calendar', message: 'The access of the owner cannot be changed.' },
  rateLimitExceeded: { status: 403, domain: 'usageLimits', message: 'Rate Limit Exceeded' },
  userRateLimitExceeded: { status: 403, domain: 'usageLimits', message: 'User Rate Limit Exceeded' },
  dailyLimitExceeded: { status: 403, domain: 'usageLimits', message: 'Daily Limit Exceeded' },
  quotaExceeded: { status: 403, domain: 'usageLimits', message: 'Calendar usage limits exceeded.' },
  notFound: { status: 404, domain: 'global', message: 'Not Found' },
  duplicate: { status: 409, domain: 'global', message: 'The requested identifier already exists.' },
  conflict: { status: 409, domain: 'global', message: 'Conflict' },
  deleted: { status: 410, domain: 'global', message: 'Resource has been deleted' },
  fullSyncRequired: {
    status: 410, domain: 'calendar', message: 'Sync token is no longer valid, a full sync is required.',
    locationType: 'parameter', location: 'syncToken',
  },
  updatedMinTooLongAgo: {
    status: 410, domain: 'calendar', message: 'The requested minimum modification time lies too far in the past.',
    locationType: 'parameter', location: 'updatedMin',
  },
  conditionNotMet: { status: 412, domain: 'global', message: 'Precondition Failed', locationType: 'header', location: 'If-Match' },
  backendError: { status: 503, domain: 'global', message: 'Backend Error' },
} as const satisfies Record<string, ErrorRow>

export type ErrorName = keyof typeof errorTable

/** A refusal on its way to the caller; {@link errorBody} writes it. */
export class ApiError extends Error {
  readonly status: number
  readonly row: ErrorRow & { readonly reason: string }

  /** @param message in place of the row's, where one reason has several; such rows then point at nothing but `at` */
  constructor(name: ErrorName, message?: string, at?: { readonly locationType: 'parameter' | 'header'; readonly location: string }) {
    const row: ErrorRow = errorTable[name]
    super(message ?? row.message)
    this.status = row.status
    // The one reason that stands for two statuses: 400 for a missing field, 401 for missing credentials.
    this.row = { ...row, message: this.message, ...at, reason: name === 'loginRequired' ? 'required' : name }
  }
}

/** A refusal without a row of its own, for faults made on demand. */
export function errorOf(status: number, reason: string): ApiError {
  const name = Object.hasOwn(errorTable, reason) ? (reason as ErrorName) : 'backendError'
  const error = new ApiError(name)
  const row = { ...error.row, status, reason, message: name === reason ? error.message : reason }
  return Object.assign(error, { status, row })
}

/** The body of a refusal, members in the recorded order. */
export function errorBody(error: ApiError): object {
  const { domain, reason, message, locationType, location, frontEnd } = error.row
  const place = locationType === undefined ? {} : { locationType, location }
  const status = frontEnd === undefined ? {} : { status: frontEnd }
  return { error: { errors: [{ domain, reason, message, ...place }], code: error.status, message, ...status } }
}

export const missing = (what: string): ApiError => new ApiError('required', what)
export const invalid = (what: string): ApiError => new ApiError('invalid', what)
