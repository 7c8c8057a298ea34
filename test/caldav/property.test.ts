import { describe, expect, test } from 'vitest'
import type { Context, LoadedResource } from '../../src/caldav/context.ts'
import { DavError } from '../../src/caldav/errors.ts'
import { describer, property, propertyTable } from '../../src/caldav/property.ts'
import type { PropertyRow } from '../../src/caldav/property.ts'
import { dav } from '../../src/dav/names.ts'
import type { Name } from '../../src/dav/names.ts'
import { formatResponse } from '../../src/dav/multistatus.ts'
import { element } from '../../src/dav/xml.ts'

const home: LoadedResource = { kind: 'home', resource: { kind: 'home', id: 'anna@example.com' as never }, href: '/home/' }
const row = (name: Name, rest: Partial<PropertyRow>): PropertyRow => property({ name, source: 'a test', on: ['home'], allprop: false, ...rest })

/** What is told when these rows are asked for. */
async function told(...rows: readonly PropertyRow[]): Promise<string> {
  const context = { tables: { properties: propertyTable(rows) }, prefers: { minimal: false } } as unknown as Context
  const properties = rows.map(({ name }) => ({ name, element: element(name) }))
  return formatResponse(await describer(context, { kind: 'properties', properties })(home))
}

const found = (properties: string): string => `<D:response><D:href>/home/</D:href><D:propstat><D:prop>${properties}</D:prop><D:status>HTTP/1.1 200 OK</D:status></D:propstat></D:response>`
const plain = row(dav('plain'), { get: () => ['a & b'] })
const finished = row(dav('finished'), { get: () => ['slow'], finished: () => '<D:finished>at hand</D:finished>' })
const broken = (rest: Partial<PropertyRow> = {}): PropertyRow => row(dav('broken'), { get: () => ['in its own way'], finished: () => { throw new Error('no text') }, ...rest })

describe('properties that are at hand as text', () => {
  test('are told as they are', async () => expect(await told(finished, finished)).toBe(found('<D:finished>at hand</D:finished><D:finished>at hand</D:finished>')))
  test('stand beside others', async () => expect(await told(finished, plain)).toBe(found('<D:finished>at hand</D:finished><D:plain>a &amp; b</D:plain>')))
  test('are asked for where the text fails', async () => expect(await told(finished, broken())).toBe(found('<D:finished>at hand</D:finished><D:broken>in its own way</D:broken>')))
  test('fail by themselves', async () => {
    expect(await told(finished, broken({ get: () => { throw new DavError(403, 'No.') } }))).toBe(found('<D:finished>at hand</D:finished>')
      .replace('</D:response>', '<D:propstat><D:prop><D:broken/></D:prop><D:status>HTTP/1.1 403 Forbidden</D:status></D:propstat></D:response>'))
  })
  test('are none where nothing is asked for', async () => expect(await told()).toBe(found('')))
})
