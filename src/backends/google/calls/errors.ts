/** Refusals of the service in the terms of the port, by `reason`; the HTTP status counts where a reason is not known. */

import { BackendError } from '../../../calendar/backend.ts'
import { wireErrorSchema } from '../wire.ts'
import type { BackendFault } from '../../../calendar/backend.ts'
import type { RestResponse } from '../../transport.ts'

/** A refusal as it came. `reason` is empty where the body tells none. */
export interface Refusal {
  readonly status: number
  readonly reason: string
  readonly message: string
  /** As asked by the service, in seconds. */
  readonly retryAfterSeconds: number | undefined
}

interface FaultRow {
  readonly fault: BackendFault
  /** For refusals of what a client sent. */
  readonly precondition?: string
  /** Whether a short wait may be enough. */
  readonly isBrief?: true
  /** How long to leave the service alone where it does not say. */
  readonly retryAfterSeconds?: number
}

type Reason =
  | 'required' | 'invalid' | 'badRequest' | 'parseError' | 'invalidParameter' | 'timeRangeEmpty' | 'eventDurationExceedsLimit'
  | 'participantIsNeitherOrganizerNorAttendee' | 'authError'
  | 'rateLimitExceeded' | 'userRateLimitExceeded' | 'quotaExceeded' | 'dailyLimitExceeded' | 'dailyLimitExceededUnreg'
  | 'insufficientPermissions' | 'accessNotConfigured' | 'forbiddenForNonOrganizer' | 'forbiddenForServiceAccounts'
  | 'cannotChangeOrganizer' | 'cannotChangeOrganizerOfInstance' | 'requiredAccessLevel' | 'eventTypeRestriction' | 'forbidden'
  | 'notACalendarUser' | 'notFound' | 'duplicate' | 'conflict' | 'fullSyncRequired' | 'updatedMinTooLongAgo' | 'deleted'
  | 'conditionNotMet' | 'backendError'

const data = 'valid-calendar-object-resource'

/** Calendar API v3, "Handle API errors", and what is known of others. */
const byReason = {
  required: { fault: 'rejected', precondition: data },
  invalid: { fault: 'rejected', precondition: data },
  badRequest: { fault: 'rejected', precondition: data },
  parseError: { fault: 'rejected', precondition: data },
  invalidParameter: { fault: 'rejected', precondition: data },
  timeRangeEmpty: { fault: 'rejected', precondition: data },
  eventDurationExceedsLimit: { fault: 'rejected', precondition: data },
  participantIsNeitherOrganizerNorAttendee: { fault: 'rejected', precondition: data },
  authError: { fault: 'credentials' },
  rateLimitExceeded: { fault: 'rate-limited', isBrief: true, retryAfterSeconds: 10 },
  userRateLimitExceeded: { fault: 'rate-limited', isBrief: true, retryAfterSeconds: 10 },
  quotaExceeded: { fault: 'rate-limited', retryAfterSeconds: 600 },
  dailyLimitExceeded: { fault: 'rate-limited', retryAfterSeconds: 3600 },
  dailyLimitExceededUnreg: { fault: 'rate-limited', retryAfterSeconds: 3600 },
  insufficientPermissions: { fault: 'credentials' },
  accessNotConfigured: { fault: 'unavailable', retryAfterSeconds: 600 },
  forbiddenForNonOrganizer: { fault: 'forbidden', precondition: 'allowed-attendee-scheduling-object-change' },
  forbiddenForServiceAccounts: { fault: 'forbidden' },
  cannotChangeOrganizer: { fault: 'forbidden', precondition: 'allowed-organizer-scheduling-object-change' },
  cannotChangeOrganizerOfInstance: { fault: 'forbidden', precondition: 'allowed-organizer-scheduling-object-change' },
  requiredAccessLevel: { fault: 'forbidden' },
  eventTypeRestriction: { fault: 'forbidden', precondition: data },
  forbidden: { fault: 'forbidden' },
  notACalendarUser: { fault: 'forbidden' },
  notFound: { fault: 'gone' },
  duplicate: { fault: 'conflict' },
  conflict: { fault: 'conflict' },
  fullSyncRequired: { fault: 'invalid-token' },
  updatedMinTooLongAgo: { fault: 'invalid-token' },
  deleted: { fault: 'gone' },
  conditionNotMet: { fault: 'conflict' },
  backendError: { fault: 'unavailable', isBrief: true, retryAfterSeconds: 5 },
} satisfies Record<Reason, FaultRow>

const byStatus: Readonly<Record<number, FaultRow>> = {
  400: byReason.invalid, 401: byReason.authError, 403: byReason.forbidden, 404: byReason.notFound, 409: byReason.conflict,
  410: byReason.deleted, 412: byReason.conditionNotMet, 429: byReason.rateLimitExceeded,
}

function rowOf({ status, reason }: Refusal): FaultRow {
  // An expired token and a missing one share their reason with a missing field.
  if (status === 401) return byReason.authError
  if (status >= 500) return byReason.backendError
  if (Object.hasOwn(byReason, reason)) return byReason[reason as Reason]
  return byStatus[status] ?? byReason.backendError
}

/** @param response any but a 2xx */
export function readRefusal({ status, headers, body }: RestResponse): Refusal {
  const seconds = Number(headers['retry-after'] ?? Number.NaN)
  const parsed = wireErrorSchema.safeParse(parseJson(body))
  const error = parsed.success ? parsed.data.error : undefined
  return {
    status,
    reason: error?.errors?.[0]?.reason ?? '',
    message: error?.errors?.[0]?.message ?? error?.message ?? `status ${status}`,
    retryAfterSeconds: Number.isFinite(seconds) && seconds >= 0 ? Math.ceil(seconds) : undefined,
  }
}

/** @returns undefined for what is no JSON */
export function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

/** Whether the same call may succeed soon: the service is overloaded, or the user calls too often just now. */
export function isBrief(refusal: Refusal): boolean {
  return rowOf(refusal).isBrief === true
}

/** Whether there is no such thing, or not any more. */
export function isGone({ status }: Refusal): boolean {
  return status === 404 || status === 410
}

/** A write found another version than the one that it was decided on. */
export function stale(): BackendError {
  return new BackendError('conflict', 'the stored object has changed since it was read')
}

/** @returns the fault by the reason, with how long to wait where the service or its limits tell */
export function toBackendError(refusal: Refusal): BackendError {
  const row = rowOf(refusal)
  const retryAfterSeconds = refusal.retryAfterSeconds ?? row.retryAfterSeconds
  const told = `${refusal.message} (${refusal.status} ${refusal.reason})`
  // These go on to the user, who does not know whose words they are.
  const isShown = row.fault === 'rejected' || row.fault === 'forbidden'
  return new BackendError(row.fault, isShown ? `The calendar service refuses this: ${told}` : told, {
    ...(retryAfterSeconds === undefined ? {} : { retryAfterSeconds }),
    ...(row.precondition === undefined ? {} : { precondition: row.precondition }),
  })
}
