/** What is offered, printed from the tables: `fixtures/caldav/matrix.md` is the documentation, `npx vitest run test/caldav/matrix.test.ts -u` rewrites it. */

import { describe, expect, test } from 'vitest'
import { methods } from '../../src/caldav/methods/index.ts'
import { properties } from '../../src/caldav/properties/index.ts'
import type { PropertyRow } from '../../src/caldav/property.ts'
import { reports } from '../../src/caldav/reports/index.ts'
import { resourceKinds } from '../../src/caldav/resource.ts'
import type { ResourceKind } from '../../src/caldav/resource.ts'
import { APPLE_ICAL, CALDAV, CALENDARSERVER, clark, DAV } from '../../src/dav/names.ts'
import type { Name } from '../../src/dav/names.ts'

/** Kinds that are served. */
const kinds = resourceKinds.filter((kind) => methods.some((row) => row.on.includes(kind)))
const prefixes: Readonly<Record<string, string>> = { [DAV]: 'DAV', [CALDAV]: 'CALDAV', [CALENDARSERVER]: 'CS', [APPLE_ICAL]: 'APPLE' }
const nameIn = ({ namespace, local }: Name) => `${prefixes[namespace] ?? namespace}:${local}`

function tableOf(title: string, rows: readonly (readonly string[])[]): string {
  const head = [title, ...kinds, 'source']
  return [head, head.map(() => '---'), ...rows].map((cells) => `| ${cells.join(' | ')} |`).join('\n')
}

const marks = (mark: (kind: ResourceKind) => string | false) => kinds.map((kind) => mark(kind) || '')

function rightsOf(row: PropertyRow, kind: ResourceKind): string {
  const rights = [row.get && 'read', row.set && 'set', kind === 'calendar' && row.create && 'make'].filter((right) => right)
  return rights.join(', ') + (row.allprop ? ' *' : '')
}

const propertyNames = [...new Set(properties.rows.map(({ name }) => clark(name)))].map((name) => properties.rows.filter((row) => clark(row.name) === name))

const matrix = `# What is offered on which resource

Printed from the tables of \`src/caldav/\` by \`test/caldav/matrix.test.ts\`.

## Methods

${tableOf('method', methods.map((row) => [row.name, ...marks((kind) => row.on.includes(kind) && 'x'), row.source]))}

## Reports

${tableOf('report', reports.map((row) => [nameIn(row.name), ...marks((kind) => row.on.includes(kind) && 'x'), row.source]))}

## Properties

\`set\`: PROPPATCH changes it. \`make\`: MKCALENDAR and MKCOL take it. \`*\`: part of allprop.

${tableOf('property', propertyNames.map((rows) => [
  nameIn(rows[0]!.name),
  ...marks((kind) => rows.filter((row) => row.on.includes(kind)).map((row) => rightsOf(row, kind)).join()),
  [...new Set(rows.flatMap((row) => row.source.split('; ')))].join('; '),
]))}
`

describe('the tables', () => {
  test('are what the documentation says', async () => {
    await expect(matrix).toMatchFileSnapshot('../../fixtures/caldav/matrix.md')
  })

  test('name no method, report or property twice on one kind', () => {
    for (const kind of resourceKinds) {
      for (const names of [methods, reports, properties.rows].map((rows) => (rows as readonly { name: Name | string; on: readonly string[] }[]).filter((row) => row.on.includes(kind)).map(({ name }) => (typeof name === 'string' ? name : clark(name))))) {
        expect(names).toEqual([...new Set(names)])
      }
    }
  })

  test('give every row a source', () => {
    for (const { source } of [...methods, ...reports, ...properties.rows]) expect(source).toMatch(/RFC \d|Apple|caldav-ctag/)
  })
})
