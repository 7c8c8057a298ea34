import { readdirSync, readFileSync } from 'node:fs'
import { dirname, join, relative } from 'node:path'
import { describe, expect, test } from 'vitest'

const source = join(import.meta.dirname, '..', 'src')

/**
 * Who may import what: a file belongs to the longest row that begins its path. Folders may always import what is in them.
 * A row ends in `/` for a folder; `types` before a path allows type imports only.
 */
const table: Readonly<Record<string, readonly string[]>> = {
  'calendar/': [],
  'dav/': [],
  'icalendar/': ['calendar/'],
  'caldav/': ['calendar/', 'dav/', 'icalendar/'],
  'backends/transport.ts': [],
  'backends/base32hex.ts': [],
  'backends/cached.ts': ['calendar/', 'backends/cached/'],
  'backends/cached/': ['calendar/'],
  'backends/index.ts': ['calendar/', 'backends/google/index.ts'],
  'backends/google/': ['calendar/', 'icalendar/recurrence.ts', 'icalendar/time-zone.ts', 'backends/transport.ts', 'backends/base32hex.ts'],
  'backends/emulator/': ['types calendar/', 'types backends/google/wire.ts', 'icalendar/recurrence.ts', 'icalendar/time-zone.ts', 'backends/transport.ts', 'backends/base32hex.ts'],
  'server/': ['calendar/', 'caldav/', 'dav/'],
  'settings.ts': [],
  'signals.ts': [],
  'heap.ts': [],
  'config.ts': ['settings.ts', 'server/', 'backends/index.ts'],
  'help.ts': ['config.ts', 'settings.ts'],
  'main.ts': [''],
}

/** Packages with more than one importing file. */
const shared: Readonly<Record<string, readonly string[]>> = {
  'hono': ['server/app.ts', 'backends/emulator/app.ts'],
  'lru-cache': ['server/credentials/chain.ts', 'backends/cached.ts', 'caldav/answers.ts'],
}

interface Import { readonly from: string; readonly to: string; readonly isTypeOnly: boolean }

const files = readdirSync(source, { recursive: true, encoding: 'utf8' }).filter((path) => path.endsWith('.ts')).map((path) => path.replaceAll('\\', '/'))
const imports = files.flatMap(importsOf)
const isOurs = ({ to }: Import): boolean => to.startsWith('.')
const inside = imports.filter(isOurs).map((each) => ({ ...each, to: relative(source, join(source, dirname(each.from), each.to)).replaceAll('\\', '/') }))
const outside = imports.filter((each) => !isOurs(each) && !each.to.startsWith('node:'))

/** Static imports, re-exports and `import()` alike. */
function importsOf(from: string): readonly Import[] {
  const text = readFileSync(join(source, from), 'utf8')
  const statements = [...text.matchAll(/^(?:import|export)\s+(type\s+)?(?:[\w*{][^;'"]*?from\s+)?['"]([^'"]+)['"]/gm)]
  const calls = [...text.matchAll(/\bimport\(\s*['"]([^'"]+)['"]\s*\)(\.\w+)?/g)]
  return [
    ...statements.map(([, type, to = '']) => ({ from, to, isTypeOnly: type !== undefined })),
    ...calls.map(([, to = '', member]) => ({ from, to, isTypeOnly: member !== undefined })),
  ]
}

function rowOf(path: string): string | undefined {
  return Object.keys(table).filter((row) => path === row || (row.endsWith('/') && path.startsWith(row))).sort((a, b) => b.length - a.length)[0]
}

function isAllowed({ from, to, isTypeOnly }: Import): boolean {
  const row = rowOf(from)
  if (row === undefined) return false
  const reaches = (path: string): boolean => to === path || path === '' || (path.endsWith('/') && to.startsWith(path))
  return reaches(row) || (table[row] ?? []).some((entry) => (entry.startsWith('types ') ? isTypeOnly && reaches(entry.slice(6)) : reaches(entry)))
}

describe('the house', () => {
  test('every file belongs to a row', () => { expect(files.filter((path) => rowOf(path) === undefined)).toEqual([]) })

  test('imports only go where the table allows', () => {
    expect(inside.filter((each) => !isAllowed(each)).map(({ from, to, isTypeOnly }) => `${from} -> ${to}${isTypeOnly ? ' (types)' : ''}`)).toEqual([])
  })

  test('every import names a file', () => { expect(inside.filter(({ to }) => !files.includes(to)).map(({ from, to }) => `${from} -> ${to}`)).toEqual([]) })

  test('every outside package is imported by one file', () => {
    const packageOf = (name: string): string => name.split('/').slice(0, name.startsWith('@') ? 2 : 1).join('/')
    const importers = Map.groupBy(outside, ({ to }) => packageOf(to))
    const wrong = [...importers].map(([name, uses]) => [name, [...new Set(uses.map(({ from }) => from))]] as const)
      .filter(([name, from]) => (shared[name] === undefined ? from.length > 1 : from.some((each) => !shared[name]?.includes(each))))
    expect(wrong).toEqual([])
  })

  test('there are no cycles', () => { expect(cycles()).toEqual([]) })

  test('the checks see what they are to see', () => {
    expect(isAllowed({ from: 'dav/xml.ts', to: 'calendar/event.ts', isTypeOnly: true })).toBe(false)
    expect(isAllowed({ from: 'backends/emulator/app.ts', to: 'backends/google/wire.ts', isTypeOnly: false })).toBe(false)
    expect(imports.some(({ from, to }) => from === 'main.ts' && to === './server/app.ts')).toBe(true)
    expect(inside.length).toBeGreaterThan(files.length)
  })
})

/** Paths through the imports that come back to where they began; type imports vanish at run time and do not count. */
function cycles(): readonly string[] {
  const next = Map.groupBy(inside.filter(({ isTypeOnly }) => !isTypeOnly), ({ from }) => from)
  const done = new Set<string>()
  const found: string[] = []
  const visit = (path: string, trail: readonly string[]): void => {
    if (trail.includes(path)) found.push([...trail.slice(trail.indexOf(path)), path].join(' -> '))
    if (trail.includes(path) || done.has(path)) return
    for (const { to } of next.get(path) ?? []) visit(to, [...trail, path])
    done.add(path)
  }
  for (const path of files) visit(path, [])
  return found
}
