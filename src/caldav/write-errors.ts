/** What a backend has against a write, in the terms of RFC 4791 §5.3.2.1. */

import { BackendError } from '../calendar/backend.ts'
import { caldav, dav } from '../dav/names.ts'
import type { Name } from '../dav/names.ts'
import { element } from '../dav/xml.ts'
import { CalendarDataError } from '../icalendar/calendar-data-error.ts'
import { preconditionFailed } from './conditions.ts'
import { DavError } from './errors.ts'
import { needPrivileges } from './privileges.ts'
import type { WritePrivilege } from './privileges.ts'
import { formatObjectHref } from './resource.ts'

/** What was written, for the answer. */
export interface Written {
  readonly href: string
  /** The href of the calendar around it, with its last slash. */
  readonly calendarHref: string
  readonly privilege: WritePrivilege
}

/** Faults that are the client's to mend become refusals with their condition; the others stay what they are. */
export function writeRefusal(error: unknown, written: Written): unknown {
  if (error instanceof CalendarDataError) return new DavError(403, error.message, { condition: caldav(error.precondition), cause: error })
  if (!(error instanceof BackendError)) return error
  switch (error.fault) {
    case 'precondition': return preconditionFailed(error)
    case 'uid-in-use': return uidConflict(error.objectName && formatObjectHref(written.calendarHref, error.objectName), error)
    case 'rejected': return new DavError(403, error.message, { condition: conditionOf(error), cause: error })
    case 'forbidden': return error.precondition === undefined
      ? needPrivileges(written.href, written.privilege, error.message, error)
      : new DavError(403, error.message, { condition: conditionOf(error), cause: error })
    default: return error
  }
}

/**
 * RFC 4791 §5.3.2.1 `CALDAV:no-uid-conflict`.
 * @param href the object that has the UID, or that would be overwritten by one of another UID; undefined where it is not known
 */
export function uidConflict(href: string | undefined, cause?: unknown): DavError {
  const sentence = 'The calendar holds this event already under another address, or another event at this one.'
  return new DavError(403, sentence, { condition: caldav('no-uid-conflict'), conditionContent: href === undefined ? [] : [element(dav('href'), [href])], cause })
}

function conditionOf(error: BackendError): Name {
  return caldav(error.precondition ?? 'valid-calendar-object-resource')
}

const ATTEMPTS = 3

/**
 * Repeats a read and write pair while somebody else was faster in between ('conflict': nothing was written).
 * @throws the last conflict when it does not end
 */
export async function withoutConflict<T>(attempt: () => Promise<T>): Promise<T> {
  for (let left = ATTEMPTS - 1; ; left -= 1) {
    try {
      return await attempt()
    } catch (error) {
      if (left === 0 || !(error instanceof BackendError) || error.fault !== 'conflict') throw error
    }
  }
}
