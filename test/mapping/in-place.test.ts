/** What takes the place of something else: series and events of lone instances, messages of others that came before, and what is there already. */

import { describe, expect, test } from 'vitest'
import { me, object, open } from './open.ts'
import type { Opened } from './open.ts'

const events = `/calendars/${me}/events`
const ben = 'ben@example.com'
const foreign = ['ORGANIZER:mailto:cleo@example.org', `ATTENDEE;PARTSTAT=ACCEPTED:mailto:${me}`, `ATTENDEE:mailto:${ben}`]
const own = (partstat: string): readonly string[] => [`ORGANIZER:mailto:${me}`, `ATTENDEE;PARTSTAT=ACCEPTED:mailto:${me}`, `ATTENDEE;PARTSTAT=${partstat}:mailto:${ben}`]
const single = (hour: string, ...more: readonly string[]): readonly string[] => ['UID:m@example.org', `DTSTART:20260312T${hour}0000Z`, 'DURATION:PT1H', 'SUMMARY:Talk', ...more]
const lone = (hour: string, ...more: readonly string[]): readonly string[] => ['RECURRENCE-ID:20260312T090000Z', ...single(hour, ...more)]
const master = (...more: readonly string[]): readonly string[] => ['UID:m@example.org', 'DTSTART:20260310T090000Z', 'DURATION:PT1H', 'RRULE:FREQ=DAILY;COUNT=6', 'SUMMARY:Talk', ...more]
const video = 'CONFERENCE;VALUE=URI;FEATURE=AUDIO,VIDEO:https://meet.example.com/1'

async function start(...body: readonly (readonly string[])[]): Promise<Opened> {
  const opened = open()
  await opened.api('GET', `/calendars/${ben}/events`, undefined, ben)
  expect(await opened.put('m.ics', object(...body))).toMatchObject({ status: 201 })
  return opened
}

describe('what takes the place of a lone instance is held against it, as against a single event', () => {
  async function accept(opened: Opened): Promise<void> {
    const { items: [row] } = await opened.api('GET', `/calendars/${ben}/events`, undefined, ben) as unknown as { items: { id: string; attendees: { email: string }[] }[] }
    await opened.api('PATCH', `/calendars/${ben}/events/${row!.id}?sendUpdates=none`, { attendees: row!.attendees.map((each) => (each.email === ben ? { ...each, responseStatus: 'accepted' } : each)) }, ben)
  }
  const answers = async (opened: Opened): Promise<readonly unknown[]> => [...(await opened.get('m.ics')).text.replaceAll('\r\n ', '').matchAll(/PARTSTAT=([A-Z-]+)[^\r]*mailto:ben/g)].map(([, answer]) => answer)

  test.each([['single', single], ['lone', lone]] as const)('an answer that the client does not know stays (%s)', async (_kind, from) => {
    const opened = await start(from('11', ...own('NEEDS-ACTION')))
    await accept(opened)
    await opened.put('m.ics', object(single('11', 'LOCATION:Room', ...own('NEEDS-ACTION'))))
    expect(await answers(opened)).toEqual(['ACCEPTED'])
    await opened.close()
  })
  test.each([['single', single], ['lone', lone]] as const)('colour and attachment that the client does not know stay (%s)', async (_kind, from) => {
    const opened = await start(from('11'))
    const [row] = await opened.rows()
    await opened.api('PATCH', `${events}/${row!.id}?supportsAttachments=true`, { colorId: '11', attachments: [{ fileUrl: 'https://example.com/a.pdf', title: 'a' }] })
    await opened.put('m.ics', object(single('11', 'LOCATION:Room')))
    expect((await opened.get('m.ics')).text.match(/^(COLOR|ATTACH)/gm)).toEqual(['COLOR', 'ATTACH'])
    await opened.close()
  })
  test.each([['single', single], ['lone', lone]] as const)('what is rescheduled is asked anew (%s)', async (_kind, from) => {
    const opened = await start(from('11', ...own('NEEDS-ACTION')))
    await accept(opened)
    await opened.put('m.ics', object(single('15', ...own('ACCEPTED'))))
    expect(await answers(opened)).toEqual(['NEEDS-ACTION'])
    await opened.close()
  })
  test.each([['single', single], ['lone', lone]] as const)('a series of which nobody was asked is asked (%s)', async (_kind, from) => {
    const opened = await start(from('09', ...own('NEEDS-ACTION')))
    await accept(opened)
    await opened.put('m.ics', object(master(...own('ACCEPTED'))))
    expect(await answers(opened)).toEqual(['NEEDS-ACTION'])
    await opened.close()
  })
})

test('a lone instance becomes a series whose master was never counted up, with the moved instance just as it is stored', async () => {
  const opened = await start(lone('11', 'SEQUENCE:1', ...foreign))
  expect(await opened.put('m.ics', object(master('SEQUENCE:0', ...foreign), lone('11', 'SEQUENCE:1', ...foreign)))).toMatchObject({ status: 204 })
  await opened.close()
})

test('a lone instance that another program made a series becomes a single event', async () => {
  const opened = await start(lone('11'))
  const [row] = await opened.rows()
  await opened.api('PATCH', `${events}/${row!.id}`, { recurrence: ['RRULE:FREQ=DAILY;COUNT=3'] })
  expect(await opened.put('m.ics', object(single('11')))).toMatchObject({ status: 204 })
  expect((await opened.get('m.ics')).text).not.toContain('RECURRENCE-ID')
  await opened.close()
})

test('a lone instance that becomes a single event, without a change for the guests, tells nobody', async () => {
  const opened = await start(lone('11', ...own('NEEDS-ACTION')))
  opened.forget()
  await opened.put('m.ics', object(single('11', ...own('NEEDS-ACTION'))))
  expect(opened.writes.filter((write) => write.includes('sendUpdates=all'))).toEqual([])
  await opened.close()
})

describe('a message that takes a conference out', () => {
  test('a copy of one instance with a conference becomes the series that has it in that instance alone', async () => {
    const opened = await start(lone('11', ...foreign, video))
    expect(await opened.put('m.ics', object(master('X-CALGATE-SHOWN:CONFERENCE', ...foreign), lone('11', ...foreign, video)))).toMatchObject({ status: 204 })
    expect((await opened.get('m.ics')).text.match(/^(CONFERENCE|RECURRENCE-ID)/gm)?.sort()).toEqual(['CONFERENCE', 'RECURRENCE-ID'])
    await opened.close()
  })
  test('a newer message takes a conference out of a copy', async () => {
    const opened = await start(single('11', ...foreign, video))
    expect(await opened.put('m.ics', object(single('11', 'SEQUENCE:1', 'X-CALGATE-SHOWN:CONFERENCE', ...foreign)))).toMatchObject({ status: 204 })
    expect((await opened.get('m.ics')).text).not.toContain('CONFERENCE;')
    await opened.close()
  })
})

describe('a message whose storing broke off, or that comes again', () => {
  const moved = (day: string, line: string): readonly string[] => ['UID:m@example.org', `RECURRENCE-ID:202603${day}T090000Z`, `DTSTART:202603${day}T110000Z`, 'DURATION:PT1H', 'SUMMARY:Talk', line, ...foreign]
  const whole = object(master('DESCRIPTION:Agenda', ...foreign), moved('12', 'DESCRIPTION:Agenda\\n'), moved('13', 'DESCRIPTION:Agenda\\n'))
  test.each([
    ['new', undefined, whole],
    ['lone before', object(lone('11', 'DESCRIPTION:Agenda', ...foreign)), whole],
    ['lone before, told in another zone', object(['RECURRENCE-ID:20260312T090000Z', 'UID:m@example.org', 'DTSTART;TZID=Europe/Berlin:20260312T120000', 'DURATION:PT1H', 'SUMMARY:Talk', ...foreign]), object(master(...foreign), lone('11', ...foreign), moved('13', 'LOCATION:Room'))],
  ])('a write that broke off after its first call is finished by the same write: %s', async (_title, before, body) => {
    const opened = open()
    if (before !== undefined) expect(await opened.put('m.ics', before)).toMatchObject({ status: 201 })
    opened.setFault((write) => (write > 1 ? 'refused' : undefined))
    expect(await opened.put('m.ics', body)).toMatchObject({ status: 503 })
    opened.setFault(undefined)
    expect(await opened.put('m.ics', body)).toMatchObject({ status: 204 })
    expect((await opened.get('m.ics')).text.match(/^RECURRENCE-ID/gm)).toHaveLength(2)
    await opened.close()
  })
  test.each(['Etc/UTC', 'UTC'])('the same again, where an instance without guests is told in %s', async (zone) => {
    const body = object(master(...foreign), ['UID:m@example.org', 'RECURRENCE-ID:20260312T090000Z', `DTSTART;TZID=${zone}:20260312T110000`, 'DURATION:PT1H', 'SUMMARY:Talk'])
    const opened = open()
    expect(await opened.put('m.ics', body)).toMatchObject({ status: 201 })
    expect(await opened.put('m.ics', body)).toMatchObject({ status: 204 })
    await opened.close()
  })
})

describe('the same again makes no call', () => {
  async function twice(before: string, body: string): Promise<void> {
    const opened = open()
    await opened.put('m.ics', before)
    await opened.put('m.ics', body)
    opened.forget()
    await opened.put('m.ics', body)
    expect(opened.writes).toEqual([])
    await opened.close()
  }
  const room = (kind: string): string => object(single('11', `ORGANIZER:mailto:${me}`, `ATTENDEE;CUTYPE=${kind}:mailto:room@example.com`, `ATTENDEE:mailto:${ben}`))
  test('a guest becomes a room', () => twice(room('INDIVIDUAL'), room('RESOURCE')))
  const file = (parameters: string): string => object(single('11', `ATTACH${parameters}:https://example.com/plan.pdf`))
  test.each([';FMTTYPE=application/pdf', ';FILENAME=Plan'])('an attachment loses a parameter, %s stays', (left) => twice(file(';FMTTYPE=application/pdf;FILENAME=Plan'), file(left)))
  const hostIsGuest = ['ORGANIZER:mailto:cleo@example.org', 'ATTENDEE;PARTSTAT=ACCEPTED;SCHEDULE-AGENT=NONE:mailto:cleo@example.org', `ATTENDEE:mailto:${me}`]
  const body = object(master(...hostIsGuest), lone('11'))
  test('an instance without people, of an organizer who is a guest with SCHEDULE-AGENT', async () => {
    const opened = await start(master(...hostIsGuest), lone('11'))
    opened.forget()
    await opened.put('m.ics', body)
    expect(opened.writes).toEqual([])
    await opened.close()
  })
})

test('an instance that names no organizer has the SCHEDULE-AGENT of its series', async () => {
  const opened = await start(master('ORGANIZER;SCHEDULE-AGENT=NONE:mailto:cleo@example.org', `ATTENDEE:mailto:${me}`), lone('11'))
  expect((await opened.get('m.ics')).text.match(/^ORGANIZER;SCHEDULE-AGENT=NONE/gm)).toHaveLength(2)
  await opened.close()
})
