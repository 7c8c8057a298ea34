/** Changes of a series whose reader holds it already cost no call beside the one that tells them, and are those that a reader without it is told. */

import { describe, expect, test } from 'vitest'
import { calendarId } from '../../../../src/calendar/identifiers.ts'
import type { ObjectName } from '../../../../src/calendar/identifiers.ts'
import { content, daily, nameOf } from '../../contract.ts'
import { open } from '../open.ts'
import type { Opened } from '../open.ts'
import type { StoredSeries, WriteOptions } from '../../../../src/calendar/backend.ts'

const anna = 'anna@example.com'
const home = calendarId(anna)
const events = `/calendars/${anna}/events`
const always: WriteOptions = { condition: { kind: 'always' }, notify: 'nobody' }

type Change = (opened: Opened, master: string) => Promise<unknown>
const instance = async (opened: Opened, master: string, at: number): Promise<string> => (await opened.api(anna, 'GET', `${events}/${master}/instances`)).items[at]!.id

const changes: readonly (readonly [string, Change, number, number])[] = [
  ['an instance is changed', async (opened, master) => opened.api(anna, 'PATCH', `${events}/${await instance(opened, master, 1)}`, { summary: 'One' }), 1, 1],
  ['an instance is cancelled', async (opened, master) => opened.api(anna, 'PATCH', `${events}/${await instance(opened, master, 2)}`, { status: 'cancelled' }), 1, 1],
  ['the text of all is changed', (opened, master) => opened.api(anna, 'PATCH', `${events}/${master}`, { location: 'Elsewhere' }), 1, 2],
  ['the rule is changed', (opened, master) => opened.api(anna, 'PATCH', `${events}/${master}`, { recurrence: ['RRULE:FREQ=DAILY;COUNT=2'] }), 2, 2],
  ['it is removed', (opened, master) => opened.api(anna, 'DELETE', `${events}/${master}`), 1, 1],
]

describe.each(['touch-series', 'touch-instance'] as const)('a series that is held (%s)', (instanceWrites) => {
  test.each(changes)('%s', async (_title, change, atMost, atMostAlone) => {
    const opened = open({ switches: { instanceWrites } })
    const session = opened.session(anna)
    const name = nameOf('a.ics')
    const stored = await session.put(home, name, daily('a'), always)
    const { items } = await opened.api(anna, 'GET', `${events}?iCalUID=a`)
    const master = items.find(({ recurringEventId }) => recurringEventId === undefined)!.id
    await opened.api(anna, 'PATCH', `${events}/${await instance(opened, master, 0)}`, { summary: 'Earlier' })
    const { token } = await session.state(home)
    const before = (await session.objectsByName(home, [name])).get(name) as StoredSeries
    expect(before.revision).not.toBe(stored.revision)
    await change(opened, master)
    opened.forget()
    const told = await session.changes(home, token, { held: (each: ObjectName) => (each === name ? before : undefined) })
    expect(opened.calls.length).toBeLessThanOrEqual(instanceWrites === 'touch-series' ? atMost : atMostAlone)
    const alone = await opened.session(anna).changes(home, token)
    const plain = ({ changed, ...rest }: typeof told): unknown => ({ ...rest, changed: changed.map((each) => ('series' in each ? [each.name, each.revision, each.updated, content((each as StoredSeries).series)] : each)) })
    expect(plain(told)).toEqual(plain(alone))
    opened.close()
  })

  test('what is held of another series of that name is not mixed in', async () => {
    const opened = open({ switches: { instanceWrites } })
    const session = opened.session(anna)
    await session.put(home, nameOf('a.ics'), daily('a'), always)
    await session.put(home, nameOf('b.ics'), daily('b'), always)
    const held = (await session.objectsByName(home, [nameOf('b.ics')])).get(nameOf('b.ics')) as StoredSeries
    const { token } = await session.state(home)
    const { items } = await opened.api(anna, 'GET', `${events}?iCalUID=a`)
    await opened.api(anna, 'PATCH', `${events}/${await instance(opened, items.find(({ recurringEventId }) => recurringEventId === undefined)!.id, 1)}`, { summary: 'One' })
    expect((await session.changes(home, token, { held: () => held })).changed).toEqual((await opened.session(anna).changes(home, token)).changed.map((each) => expect.objectContaining({ name: each.name, revision: each.revision })))
    opened.close()
  })
})
