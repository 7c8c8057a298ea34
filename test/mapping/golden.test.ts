/**
 * Golden pairs, both ways: what a client sends (`*.sent.ics`), what the service then has (`*.stored.json`) and gives back (`*.back.ics`);
 * what the service has (`*.rows.json`) and a client reads (`*.read.ics`). Rewrite the second ones with `-u`, and read the difference.
 */

import { readdirSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { describe, expect, test } from 'vitest'
import { calendarPath, me, open } from './open.ts'
import type { Opened, Row } from './open.ts'

const folder = new URL('../../fixtures/mapping/', import.meta.url)
const namesOf = (suffix: string): readonly string[] => readdirSync(folder).filter((name) => name.endsWith(suffix)).map((name) => name.slice(0, -suffix.length))
const text = (name: string): string => readFileSync(new URL(name, folder), 'utf8')
const path = (name: string): string => fileURLToPath(new URL(name, folder))

/** Without what every row has and no mapping makes. */
function shown({ kind: _kind, etag: _etag, htmlLink: _link, creator: _creator, created: _created, updated: _updated, ...row }: Row): object {
  return row
}

/** When it was stored depends on how many calls that took. */
function withoutStamps(text: string): string {
  return text.replace(/^(DTSTAMP|CREATED|LAST-MODIFIED):\d{8}T\d{6}Z$/gm, '$1:20260302T080000Z')
}

function formatted(rows: readonly Row[]): string {
  return `${JSON.stringify(rows.map(shown), null, 1)}\n`
}

async function objectsOf(opened: Opened): Promise<readonly string[]> {
  const body = '<D:propfind xmlns:D="DAV:"><D:prop><D:getetag/></D:prop></D:propfind>'
  const { text: listing } = await opened.ask('PROPFIND', calendarPath, body, { Depth: '1', 'Content-Type': 'application/xml' })
  const names = [...listing.matchAll(/<D:href>[^<]*\/events\/([^<]+)<\/D:href>/g)].map(([, name = '']) => decodeURIComponent(name)).sort()
  return Promise.all(names.map(async (name) => (await opened.get(name)).text))
}

describe('what clients send', () => {
  test.each(namesOf('.sent.ics'))('%s', async (name) => {
    const opened = open()
    expect(await opened.put('sent.ics', text(`${name}.sent.ics`).replaceAll('\n', '\r\n'))).toMatchObject({ status: 201 })
    await expect(formatted(await opened.rows())).toMatchFileSnapshot(path(`${name}.stored.json`))
    const { text: read } = await opened.get('sent.ics')
    await expect(withoutStamps(read.replaceAll('\r\n', '\n'))).toMatchFileSnapshot(path(`${name}.back.ics`))
    opened.forget()
    await opened.put('sent.ics', read)
    expect(opened.writes).toEqual([])
    await opened.close()
  })
})

interface Given {
  readonly about: string
  /** Bodies of events.insert, in order; of `as` others than the user's own calendar. */
  readonly inserts: readonly { readonly as?: string; readonly event: object }[]
  /** Bodies of patches by id. */
  readonly patches?: Readonly<Record<string, object>>
  /** Members that the service gives to rows which nobody can make by its methods. */
  readonly has?: Readonly<Record<string, object>>
}

describe('what the service has', () => {
  test.each(namesOf('.rows.json'))('%s', async (name) => {
    const opened = open()
    const { inserts, patches = {}, has = {} } = JSON.parse(text(`${name}.rows.json`)) as Given
    await opened.api('PATCH', `/users/me/calendarList/${me}`, { defaultReminders: [{ method: 'popup', minutes: 10 }] })
    for (const { as = me, event } of inserts) await opened.api('POST', `/calendars/${as}/events?conferenceDataVersion=1&supportsAttachments=true&sendUpdates=none`, event, as)
    for (const [id, body] of Object.entries(patches)) await opened.api('PATCH', `/calendars/${me}/events/${id}?sendUpdates=none`, body)
    opened.rewrite = (body) => given(body, has)
    const objects = await objectsOf(opened)
    await expect(objects.join('').replaceAll('\r\n', '\n')).toMatchFileSnapshot(path(`${name}.read.ics`))
    await opened.close()
  })
})

function given(body: string, has: NonNullable<Given['has']>): string {
  const answer = JSON.parse(body) as { readonly id?: string; readonly items?: readonly { readonly id: string }[] }
  const change = <T extends { readonly id?: string }>(row: T): T => ({ ...row, ...(row.id === undefined ? {} : has[row.id]) })
  return JSON.stringify(answer.items === undefined ? change(answer) : { ...answer, items: answer.items.map(change) })
}
