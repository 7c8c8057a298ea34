/** Bodies of real programs and hostile ones through the whole gateway, each by its expectation. They lie beside the project and are not part of it. */

import { existsSync, readFileSync } from 'node:fs'
import { afterEach, describe, expect, test } from 'vitest'
import { meaningOf } from './meaning.ts'
import type { Meaning } from './meaning.ts'
import { narrowed } from './narrowed.ts'
import { me, open } from './open.ts'
import type { Opened } from './open.ts'

interface Sample {
  readonly file: string
  readonly expect: 'store' | 'refuse' | 'either'
  readonly answers: readonly (string | number)[]
  readonly me: string | null
  readonly hostile: boolean
  readonly compare?: boolean
  readonly content_type?: string
}

const folder = '../shared/corpus/'
const isThere = existsSync(`${folder}index.json`)
const samples: readonly Sample[] = isThere ? JSON.parse(readFileSync(`${folder}index.json`, 'utf8')) as Sample[] : []
if (!isThere) console.log('skipped: the collected calendars of real programs are not at hand')

const zone = 'Europe/Berlin'

/** What is told otherwise on purpose, and why. */
const told: Readonly<Record<string, readonly [fields: readonly (keyof Meaning | 'instances')[], why: string]>> = {
  'real/apple-ical-07.ics': [['start', 'end'], 'its VTIMEZONE has no usable observance; the name is a known one'],
  'real/emclient-01.ics': [['start', 'end'], 'its VTIMEZONE ends in 2007; the name is a known one'],
  'real/apple-macos-07.ics': [['rules'], 'RSCALE=GREGORIAN;SKIP=OMIT says what is so anyway'],
  'real/campus-feed-03.ics': [['zone', 'rules'], 'an instance without its series has no rule of its own'],
  'real/evolution-03.ics': [['description'], 'there is HTML only, which is shown as text'],
  'real/exchange-08.ics': [['organizer'], 'guests without an organizer are the calendar\'s'],
  'real/exchange-03.ics': [['start', 'end'], 'a zone that only Windows names, and nothing defines'],
  'real/google-07.ics': [['instances', 'organizer'], 'overrides that change nothing are none'],
  'real/horde-02.ics': [['excluded', 'organizer'], 'exclusions of an event that happens once say nothing; an organizer without an address is none'],
  'real/khal-01.ics': [['start', 'end', 'dates', 'instances'], 'zones by transitions; an override of no instance is a further date'],
  'real/libs-06.ics': [['start', 'end', 'rules'], 'a time under VALUE=DATE is read as what it is'],
  'real/meetup-03.ics': [['organizer'], 'an organizer without an address is none'],
  'real/mozilla-04.ics': [['excluded'], 'a floating EXDATE is read on the clock of its series'],
  'real/no-prodid-03.ics': [['start', 'end', 'zone', 'excluded'], 'its zone is known by its offset from the calendar\'s; exclusions of no instance say nothing'],
  'real/notes-02.ics': [['dates'], 'the start itself is no further date'],
  'real/zimbra-01.ics': [['attendees'], 'instances of somebody else\'s series without guests have those of the series'],
  'hostile/attendees-1300.ics': [['attendees'], 'order only'],
  'hostile/mailto-crlf.ics': [['attendees'], 'an address with a line break is none'],
  'hostile/rrule-interval-huge.ics': [['rules'], 'an interval beyond all years is cut to one that is beyond them too'],
}

/** `{PAD}` makes the body too large. */
function bodyOf({ file, me: person }: Sample): Uint8Array {
  const text = readFileSync(folder + file).toString('latin1').replaceAll('{ME}', me).replaceAll('{PAD}', 'x'.repeat(4 << 20))
  return Buffer.from(person === null ? text : text.replaceAll(person, me), 'latin1')
}

function differences(file: string, sent: ReadonlyMap<string, Meaning>, stored: ReadonlyMap<string, Meaning>): readonly string[] {
  const fields = told[file]?.[0] ?? []
  const keys = fields.includes('instances') ? [...sent.keys()].filter((key) => stored.has(key)) : [...new Set([...sent.keys(), ...stored.keys()])]
  return keys.flatMap((key) => {
    const [a, b] = [sent.get(key), stored.get(key)]
    if (a === undefined || b === undefined) return [`${a === undefined ? 'extra' : 'missing'} ${key}`]
    return (Object.keys(a) as (keyof Meaning)[]).filter((name) => !fields.includes(name) && !isSame(name, a, b))
      .map((name) => `${key} ${name}: ${JSON.stringify(a[name])} came back as ${JSON.stringify(b[name])}`)
  })
}

function isSame(name: keyof Meaning, a: Meaning, b: Meaning): boolean {
  // A guest list has an organizer, whether it says so or not; a zone without a name of its own is known by its rules.
  if (name === 'zone' && (a.zone === undefined || b.zone === undefined)) return true
  return JSON.stringify(a[name]) === JSON.stringify(b[name])
}

describe.skipIf(!isThere)('corpus through the gateway', () => {
  let opened: Opened
  afterEach(() => opened.close())

  test.each(samples)('$file: $expect', async (sample) => {
    opened = open()
    const body = bodyOf(sample)
    const before = process.cpuUsage()
    const answer = await opened.put('sample.ics', body, sample.content_type === undefined ? {} : { 'Content-Type': sample.content_type })
    const { user, system } = process.cpuUsage(before)
    if (answer.status >= 300) {
      expect(sample.expect, `${answer.status} ${answer.text}`).not.toBe('store')
      expect([403, 409, 413, 415]).toContain(answer.status)
      expect(answer.condition).toBeDefined()
      const allowed = sample.answers.length === 0 || sample.answers.some((each) => each === 'named' || each === answer.condition || each === answer.status)
      expect(allowed, `${answer.condition}: ${answer.text}`).toBe(true)
      expect(await opened.rows(), 'nothing is written').toEqual([])
      return
    }
    expect(sample.expect).not.toBe('refuse')
    // Half a second for each write to the backend is not the body's.
    if (opened.writes.length < 20) expect((user + system) / 1000).toBeLessThan(1000)
    await sameMeaning(sample, body)
  })

  async function sameMeaning(sample: Sample, body: Uint8Array): Promise<void> {
    const read = await opened.get('sample.ics')
    expect(read.status).toBe(200)
    if (sample.compare !== false) {
      const sent = narrowed(meaningOf(Buffer.from(body).toString('utf8'), { zone }), zone)
      expect(differences(sample.file, sent, narrowed(meaningOf(read.text, { zone }), zone))).toEqual([])
    }
    opened.forget()
    expect((await opened.put('sample.ics', body)).status).toBe(204)
    expect(opened.writes, 'the same body again').toEqual([])
    expect((await opened.put('sample.ics', read.text)).status).toBe(204)
    expect(opened.writes, 'what was read').toEqual([])
    expect(await opened.get('sample.ics')).toEqual(read)
  }
})
