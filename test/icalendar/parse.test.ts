import { describe, expect, test } from 'vitest'
import { parseTimeZone } from '../../src/icalendar/parse.ts'
import { anHour, bytes, calendar, eventWith, parsed, recurringWith, refusal, vevent } from './bodies.ts'

const utc = (text: string): number => Date.parse(text)

describe('the object (RFC 4791 §4.1)', () => {
  test.each([
    ['a METHOD', calendar('METHOD:REQUEST', ...vevent(...anHour)), 'valid-calendar-object-resource', 4],
    ['two UIDs', calendar(...vevent(...anHour), 'BEGIN:VEVENT', 'UID:other', ...anHour, 'END:VEVENT'), 'valid-calendar-object-resource', 10],
    ['no UID', calendar('BEGIN:VEVENT', ...anHour, 'END:VEVENT'), 'valid-calendar-object-resource', 4],
    ['an empty UID', calendar('BEGIN:VEVENT', 'UID: ', ...anHour, 'END:VEVENT'), 'valid-calendar-object-resource', 4],
    ['two masters', calendar(...vevent(...anHour), ...vevent(...anHour)), 'valid-calendar-object-resource', 10],
    ['one instance twice', calendar(...vevent(...anHour, 'RRULE:FREQ=DAILY'), ...vevent('RECURRENCE-ID;TZID=Europe/Berlin:20260311T090000', ...anHour), ...vevent('RECURRENCE-ID:20260311T080000Z', ...anHour)), 'valid-calendar-object-resource', 18],
    ['an instance of what does not recur', calendar(...vevent(...anHour), ...vevent('RECURRENCE-ID:20260310T080000Z', ...anHour)), 'valid-calendar-object-resource', 10],
    ['only a VTODO', calendar('BEGIN:VTODO', 'UID:1', 'END:VTODO'), 'supported-calendar-component', 4],
    ['only a VJOURNAL', calendar('BEGIN:VJOURNAL', 'UID:1', 'END:VJOURNAL'), 'supported-calendar-component', 4],
    ['nothing', calendar(), 'valid-calendar-object-resource', undefined],
    ['a UID with a line break', calendar('BEGIN:VEVENT', 'UID:a\\nSUMMARY:b', ...anHour, 'END:VEVENT'), 'valid-calendar-data', 5],
    ['vCalendar 1.0', 'BEGIN:VCALENDAR\r\nVERSION:1.0\r\nEND:VCALENDAR\r\n', 'supported-calendar-data', 2],
    ['another calendar scale', calendar('CALSCALE:HEBREW', ...vevent(...anHour)), 'supported-calendar-data', 4],
    ['quoted-printable text', calendar(...vevent(...anHour, 'SUMMARY;ENCODING=QUOTED-PRINTABLE:a=C3=BC')), 'supported-calendar-data', 9],
    ['two summaries', calendar(...vevent(...anHour, 'SUMMARY:a', 'SUMMARY:b')), 'valid-calendar-data', 10],
    ['a zone nobody knows', calendar(...vevent('DTSTART;TZID=Nowhere/Land:20260310T090000')), 'valid-timezone', 7],
  ])('with %s is refused', (_what, body, precondition, line) => {
    expect(refusal(body)).toMatchObject({ precondition, line })
  })

  test('is refused with a sentence that names line and property', () => {
    expect(refusal(calendar(...vevent('DTSTART:20261301T000000Z'))).message)
      .toBe('Line 7: DTSTART "20261301T000000Z" is not a date or a date-time (RFC 5545 §3.3.5).')
  })

  test('may lack VERSION, PRODID and DTSTAMP, and hold what is dropped', () => {
    const series = parsed('BEGIN:VTODO', 'UID:other', 'END:VTODO', 'BEGIN:VEVENT', 'UID: 1 ', 'DTSTART:20260310T090000Z', 'X-LIC-ERROR;X-T=v:bad', 'GEO:1;2', 'BEGIN:X', 'END:X', 'END:VEVENT')
    expect(series).toMatchObject({ kind: 'single', uid: '1' })
  })

  test('may say the same thing twice', () => {
    expect(eventWith('SUMMARY:a', 'SUMMARY:a').summary).toBe('a')
  })
})

describe('start and end (RFC 5545 §3.6.1)', () => {
  test.each([
    [['DTSTART:20260310T090000Z', 'DTEND:20260310T100000Z'], { kind: 'utc', at: utc('2026-03-10T09:00:00Z') }, { kind: 'utc', at: utc('2026-03-10T10:00:00Z') }],
    [['DTSTART:20260310T090000', 'DTEND:20260310T100000'], { kind: 'floating', local: '2026-03-10T09:00:00' }, { kind: 'floating', local: '2026-03-10T10:00:00' }],
    [['DTSTART;VALUE=DATE:20260310', 'DTEND;VALUE=DATE:20260312'], { kind: 'date', date: '2026-03-10' }, { kind: 'date', date: '2026-03-12' }],
    [['DTSTART:20260310'], { kind: 'date', date: '2026-03-10' }, { kind: 'date', date: '2026-03-11' }],
    [['DTSTART;VALUE=DATE:20260310', 'DTEND;VALUE=DATE:20260310'], { kind: 'date', date: '2026-03-10' }, { kind: 'date', date: '2026-03-11' }],
    [['DTSTART;TZID=Europe/Berlin;VALUE=DATE:20260310'], { kind: 'date', date: '2026-03-10' }, { kind: 'date', date: '2026-03-11' }],
    [['DTSTART;VALUE=DATE:20260310', 'DURATION:P2D'], { kind: 'date', date: '2026-03-10' }, { kind: 'date', date: '2026-03-12' }],
    [['DTSTART;VALUE=DATE:20260310', 'DURATION:PT24H'], { kind: 'date', date: '2026-03-10' }, { kind: 'date', date: '2026-03-11' }],
    [['DTSTART;VALUE=DATE:20260310', 'DURATION:PT0S'], { kind: 'date', date: '2026-03-10' }, { kind: 'date', date: '2026-03-11' }],
    [['DTSTART:20260310T090000Z'], { kind: 'utc', at: utc('2026-03-10T09:00:00Z') }, { kind: 'utc', at: utc('2026-03-10T09:00:00Z') }],
    [['DTSTART:20260310T090000Z', 'DTEND:20260310T090000Z'], { kind: 'utc', at: utc('2026-03-10T09:00:00Z') }, { kind: 'utc', at: utc('2026-03-10T09:00:00Z') }],
    [['DTSTART;TZID=Europe/Berlin:20260310T090000', 'DTEND;TZID=America/New_York:20260310T060000'], { kind: 'zoned', local: '2026-03-10T09:00:00', zone: 'Europe/Berlin' }, { kind: 'zoned', local: '2026-03-10T06:00:00', zone: 'America/New_York' }],
    [['DTSTART;TZID=Europe/Berlin:20260310T090000', 'DTEND:20260310T090000Z'], { kind: 'zoned', local: '2026-03-10T09:00:00', zone: 'Europe/Berlin' }, { kind: 'utc', at: utc('2026-03-10T09:00:00Z') }],
    [['DTSTART;TZID=America/New_York:20260310T090000', 'DTEND:20260310T100000'], { kind: 'zoned', local: '2026-03-10T09:00:00', zone: 'America/New_York' }, { kind: 'zoned', local: '2026-03-10T10:00:00', zone: 'America/New_York' }],
    [['DTSTART:20260310T090000', 'DTEND:20260310T090000Z'], { kind: 'floating', local: '2026-03-10T09:00:00' }, { kind: 'floating', local: '2026-03-10T10:00:00' }],
    [['DTSTART:20260310T080000Z', 'DTEND:20260310T100000'], { kind: 'utc', at: utc('2026-03-10T08:00:00Z') }, { kind: 'utc', at: utc('2026-03-10T09:00:00Z') }],
    [['DTSTART;TZID=Europe/Berlin:20260310T090000Z'], { kind: 'zoned', local: '2026-03-10T10:00:00', zone: 'Europe/Berlin' }, { kind: 'zoned', local: '2026-03-10T10:00:00', zone: 'Europe/Berlin' }],
    [['DTSTART;TZID=Nowhere/Land:20260310T090000Z'], { kind: 'utc', at: utc('2026-03-10T09:00:00Z') }, { kind: 'utc', at: utc('2026-03-10T09:00:00Z') }],
    [['DTSTART:20260310T090000', 'DTEND:20260310T100000', 'DURATION:PT1H'], { kind: 'floating', local: '2026-03-10T09:00:00' }, { kind: 'floating', local: '2026-03-10T10:00:00' }],
  ])('%j', (lines, start, end) => {
    expect(eventWith(...lines)).toMatchObject({ start, end })
  })

  test.each([
    ['a day, on the wall clock over a change of offset', '20260328T090000', 'P1D', '2026-03-29T09:00:00'],
    ['24 hours, in real time', '20260328T090000', 'PT24H', '2026-03-29T10:00:00'],
    ['a day and an hour', '20260328T013000', 'P1DT1H', '2026-03-29T03:30:00'],
    ['into the first half of a fold', '20261025T013000', 'PT1H', '2026-10-25T02:30:00'],
  ])('DURATION counts %s (RFC 5545 §3.3.6)', (_what, start, duration, local) => {
    expect(eventWith(`DTSTART;TZID=Europe/Berlin:${start}`, `DURATION:${duration}`).end).toEqual({ kind: 'zoned', local, zone: 'Europe/Berlin' })
  })

  test('an end in the second half of a fold is told in UTC, since no local time means it (RFC 5545 §3.3.5)', () => {
    expect(eventWith('DTSTART;TZID=Europe/Berlin:20261025T013000', 'DURATION:PT2H').end).toEqual({ kind: 'utc', at: utc('2026-10-25T01:30:00Z') })
  })

  test('a floating event may cross the hour that the calendar\'s zone leaves out', () => {
    expect(eventWith('DTSTART:20260329T023000', 'DTEND:20260329T030000').end).toEqual({ kind: 'floating', local: '2026-03-29T03:00:00' })
  })

  test.each([
    [['DTSTART:20260310T090000Z', 'DTEND:20260310T080000Z'], 'valid-calendar-data'],
    [['DTSTART;TZID=Europe/Berlin:20260310T090000', 'DTEND;TZID=America/New_York:20260310T030000'], 'valid-calendar-data'],
    [['DTSTART;VALUE=DATE:20260310', 'DTEND;VALUE=DATE:20260309'], 'valid-calendar-data'],
    [['DTSTART:20260310T090000Z', 'DTEND;VALUE=DATE:20260311'], 'valid-calendar-data'],
    [['DTSTART;VALUE=DATE:20260310', 'DTEND:20260311T000000Z'], 'valid-calendar-data'],
    [['DTSTART:20260310T090000Z', 'DURATION:-PT1H'], 'valid-calendar-data'],
    [['DTSTART:20260310T090000Z', 'DURATION:1H'], 'valid-calendar-data'],
    [['DTSTART;VALUE=DATE:20260310', 'DURATION:PT1H'], 'valid-calendar-data'],
    [['DTSTART:20260310T090000Z', 'DTEND:20260310T100000Z', 'DURATION:PT2H'], 'valid-calendar-data'],
    [['DTSTART:99991231T000000Z', 'DURATION:P9W'], 'max-date-time'],
    [['DTSTART;VALUE=DATE:99991231'], 'max-date-time'],
    [['SUMMARY:no start'], 'valid-calendar-data'],
  ])('%j is refused', (lines, precondition) => {
    expect(refusal(calendar(...vevent(...lines)))).toMatchObject({ precondition })
  })
})

describe('fields', () => {
  test.each([
    ['SUMMARY:a\\, b\\nc', { summary: 'a, b\nc' }],
    ['SUMMARY;LANGUAGE=de: Grüße ', { summary: ' Grüße ' }],
    ['DESCRIPTION;ALTREP="cid:x":text', { description: 'text' }],
    ['LOCATION:Room 1', { location: 'Room 1' }],
    ['X-ALT-DESC;FMTTYPE=text/html:<p>a\\, b</p>', { htmlDescription: '<p>a, b</p>' }],
    ['STATUS:TENTATIVE', { status: 'tentative' }],
    ['STATUS:confirmed', { status: 'confirmed' }],
    ['TRANSP:TRANSPARENT', { transparency: 'transparent' }],
    ['TRANSP:0', { transparency: 'opaque' }],
    ['CLASS:PUBLIC', { visibility: 'public' }],
    ['CLASS:private', { visibility: 'private' }],
    ['CLASS:CONFIDENTIAL', { visibility: 'confidential' }],
    ['CLASS:X-SECRET', { visibility: 'private' }],
    ['CLASS:', { visibility: 'default' }],
    ['COLOR:Turquoise', { color: 'turquoise' }],
    ['URL;VALUE=URI:https://example.com/a,b?c=d;e ', { url: 'https://example.com/a,b?c=d;e' }],
    ['URL:https://example.com/a\\,b?c=d\\;e', { url: 'https://example.com/a,b?c=d;e' }],
    ['SEQUENCE:3', { sequence: 3 }],
    ['SEQUENCE:-1', { sequence: 0 }],
    ['SEQUENCE:many', { sequence: 0 }],
    ['SEQUENCE:99999999999', { sequence: 2 ** 31 - 1 }],
    ['CREATED:20260101T120000Z', { created: utc('2026-01-01T12:00:00Z') }],
    ['LAST-MODIFIED:20260101T120000Z', { updated: utc('2026-01-01T12:00:00Z') }],
    ['CONFERENCE;VALUE=URI;FEATURE=video,AUDIO;LABEL="Join: now":https://meet.example.com/x', { conferences: [{ uri: 'https://meet.example.com/x', features: ['VIDEO', 'AUDIO'], label: 'Join: now' }] }],
    ['CONFERENCE:tel:+1-555-0100', { conferences: [{ uri: 'tel:+1-555-0100', features: [] }] }],
    ['ATTACH;FMTTYPE=text/plain;FILENAME="a, b.txt":https://example.com/a.txt', { attachments: [{ uri: 'https://example.com/a.txt', title: 'a, b.txt', mediaType: 'text/plain' }] }],
    ['ATTACH;X-APPLE-FILENAME=a.txt:https://example.com/a.txt', { attachments: [{ uri: 'https://example.com/a.txt', title: 'a.txt' }] }],
    ['ATTACH;VALUE=BINARY;ENCODING=BASE64:QUJD', { attachments: [] }],
    ['ATTACH:CID:part1', { attachments: [] }],
    ['ATTACH:data:text/plain,hi', { attachments: [] }],
  ])('%s', (line, fields) => {
    expect(eventWith(line)).toMatchObject(fields)
  })

  test.each([
    ['SUMMARY:', 'summary'], ['DESCRIPTION:', 'description'], ['X-ALT-DESC:plain', 'htmlDescription'], ['COLOR:#ff0000', 'color'], ['URL:', 'url'],
    ['CREATED:yesterday', 'created'], ['LAST-MODIFIED;VALUE=DATE:20260101', 'updated'], ['DTSTAMP;VALUE=DATE:20260101', 'updated'],
  ])('%s leaves no trace', (line, key) => {
    expect(Object.keys(line.startsWith('DTSTAMP') ? parsed('BEGIN:VEVENT', 'UID:1', 'DTSTART:20260101', line, 'END:VEVENT') : eventWith(line))).not.toContain(key)
  })
})

describe('zones', () => {
  test('a zone of fixed hours stays one for a series, whose instances follow its clock', () => {
    const definition = ['BEGIN:VTIMEZONE', 'TZID:Ours', 'BEGIN:STANDARD', 'DTSTART:19700101T000000', 'TZOFFSETFROM:+1300', 'TZOFFSETTO:-1200', 'END:STANDARD', 'END:VTIMEZONE']
    const { master } = recurringWith(...definition, ...vevent('DTSTART;TZID=Ours:20260310T090000', 'RRULE:FREQ=DAILY'))
    expect(master.start).toEqual({ kind: 'zoned', local: '2026-03-10T09:00:00', zone: 'Etc/GMT+12' })
  })

  describe('rules that no zone has (those of the United States until 2006)', () => {
    const named = (tzid: string) => ['BEGIN:VTIMEZONE', `TZID:${tzid}`,
      'BEGIN:STANDARD', 'DTSTART:19701025T020000', 'RRULE:FREQ=YEARLY;BYMONTH=10;BYDAY=-1SU', 'TZOFFSETFROM:-0400', 'TZOFFSETTO:-0500', 'END:STANDARD',
      'BEGIN:DAYLIGHT', 'DTSTART:19700405T020000', 'RRULE:FREQ=YEARLY;BYMONTH=4;BYDAY=1SU', 'TZOFFSETFROM:-0500', 'TZOFFSETTO:-0400', 'END:DAYLIGHT', 'END:VTIMEZONE']

    test.each([
      ['in summer', '20260701T100000', '2026-07-01T14:00:00Z'], ['in winter', '20261028T100000', '2026-10-28T15:00:00Z'],
      ['in the gap', '20260405T023000', '2026-04-05T07:30:00Z'], ['in the fold', '20261025T013000', '2026-10-25T05:30:00Z'],
    ])('tell the moments of a single event, %s (RFC 5545 §3.3.5)', (_when, local, at) => {
      const start = utc(at)
      const series = parsed(...named('Ours'), ...vevent(`DTSTART;TZID=Ours:${local}`, 'DURATION:PT1H'))
      expect(series).toMatchObject({ kind: 'single', event: { start: { kind: 'utc', at: start }, end: { kind: 'utc', at: start + 3_600_000 } } })
    })

    test('tell other moments of a series, of its years', () => {
      const { cancelled } = recurringWith(...named('Ours'), ...vevent('DTSTART:20260701T140000Z', 'RRULE:FREQ=DAILY', 'EXDATE;TZID=Ours:20260702T100000'))
      expect([...cancelled]).toEqual(['2026-07-02T14:00:00Z'])
      expect(refusal(calendar(...named('Ours'), ...vevent('DTSTART:20260701T140000Z', 'RRULE:FREQ=DAILY', 'EXDATE;TZID=Ours:20360702T100000')))).toMatchObject({ precondition: 'valid-timezone' })
    })

    test.each([
      ['a series, whose instances follow their clock', 'Ours', ['RRULE:FREQ=DAILY'], /no named one equals/],
      ['the name of another zone', 'Europe/Berlin', [], /"Europe\/Berlin", a time zone of which the VTIMEZONE says something else/],
    ])('are refused for %s', (_what, tzid, lines, sentence) => {
      const { precondition, message } = refusal(calendar(...named(tzid), ...vevent(`DTSTART;TZID=${tzid}:20260701T100000`, ...lines)))
      expect([precondition, message]).toEqual(['valid-timezone', expect.stringMatching(sentence)])
    })

    test('are refused as a calendar-timezone (RFC 4791 §5.2.2)', () => {
      for (const [tzid, sentence] of [['Ours', /no known time zone/], ['Europe/Berlin', /says something else/]] as const) {
        expect(() => parseTimeZone(calendar(...named(tzid)))).toThrow(expect.objectContaining({ precondition: 'valid-timezone', message: expect.stringMatching(sentence) }))
      }
    })
  })

  test.each([
    ['its name', ['TZID:Europe/Berlin']],
  ])('calendar-timezone is understood by %s (RFC 4791 §5.2.2)', (_how, lines) => {
    const definition = ['BEGIN:STANDARD', 'DTSTART:19961027T030000', 'RRULE:FREQ=YEARLY;BYDAY=-1SU;BYMONTH=10', 'TZOFFSETFROM:+0200', 'TZOFFSETTO:+0100', 'END:STANDARD',
      'BEGIN:DAYLIGHT', 'DTSTART:19810329T020000', 'RRULE:FREQ=YEARLY;BYDAY=-1SU;BYMONTH=3', 'TZOFFSETFROM:+0100', 'TZOFFSETTO:+0200', 'END:DAYLIGHT']
    expect(parseTimeZone(calendar('BEGIN:VTIMEZONE', ...lines, ...definition, 'END:VTIMEZONE'))).toBe('Europe/Berlin')
  })

  test.each([
    ['no zone', calendar()], ['two', calendar('BEGIN:VTIMEZONE', 'TZID:Europe/Berlin', 'END:VTIMEZONE', 'BEGIN:VTIMEZONE', 'TZID:Europe/Paris', 'END:VTIMEZONE')],
    ['one of no name', calendar('BEGIN:VTIMEZONE', 'END:VTIMEZONE')],
    ['one and an event', calendar('BEGIN:VTIMEZONE', 'TZID:Europe/Berlin', 'END:VTIMEZONE', ...vevent(...anHour))], ['no calendar', 'Europe/Berlin'],
  ])('calendar-timezone with %s is refused', (_what, text) => {
    expect(() => parseTimeZone(text)).toThrow(expect.objectContaining({ precondition: 'valid-calendar-data' }))
  })
})

test('the size limit is the caller\'s', () => {
  const body = calendar(...vevent(...anHour, `DESCRIPTION:${'x'.repeat(1_100_000)}`))
  expect(refusal(body)).toMatchObject({ precondition: 'max-resource-size' })
  expect(bytes(body).length).toBeGreaterThan(1024 * 1024)
})
