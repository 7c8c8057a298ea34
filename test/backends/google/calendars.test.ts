/** Making calendars: the service has no identifier that a client could give, and so no way to tell a repetition from a second wish. */

import { expect, test } from 'vitest'
import { UnclearCreations } from '../../../src/backends/google/writing/unclear-creations.ts'
import { calendarId } from '../../../src/calendar/identifiers.ts'
import { addressOf } from '../contract.ts'
import { open, refusal } from './open.ts'

const anna = 'anna@example.com'

test.each([
  ['and nobody could look what had become of it', (method: string) => (method === 'POST' ? 'lost' as const : refusal(503, 'backendError'))],
  ['though it was never made', (method: string) => (method === 'POST' ? refusal(503, 'backendError') : undefined)],
])('a calendar whose creation got no answer, %s, is there once when its client asks again', async (_title, answer) => {
  const opened = open()
  const session = opened.session(anna)
  let isSpoilt = false
  opened.fault = ({ method, url }) => {
    isSpoilt ||= method === 'POST' && url.includes('/calendars')
    return isSpoilt ? answer(method) : undefined
  }
  await expect(session.createCalendar({ displayName: 'Made' })).rejects.toMatchObject({ fault: 'unavailable' })
  opened.fault = undefined
  const made = await session.createCalendar({ displayName: 'Made' })
  const other = await session.createCalendar({ displayName: 'Made' })
  expect((await session.calendars()).filter(({ displayName }) => displayName === 'Made').map(({ id }) => id).sort()).toEqual([made.id, other.id].sort())
  opened.close()
})

test('an attempt is remembered for the same request only, once, and for some minutes', () => {
  let now = 0
  const unclear = new UnclearCreations(() => now)
  const before = new Set([calendarId('a')])
  unclear.note(addressOf(anna), { displayName: 'Made' }, before)
  expect(unclear.take(addressOf(anna), { displayName: 'Other' })).toBeUndefined()
  expect(unclear.take(addressOf('ben@example.com'), { displayName: 'Made' })).toBeUndefined()
  expect(unclear.take(addressOf(anna), { displayName: 'Made' })).toEqual(before)
  expect(unclear.take(addressOf(anna), { displayName: 'Made' })).toBeUndefined()
  unclear.note(addressOf(anna), { displayName: 'Made' }, before)
  now = 5 * 60_000
  expect(unclear.take(addressOf(anna), { displayName: 'Made' })).toBeUndefined()
})
