import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { CalendarDataError } from '../../src/icalendar/calendar-data-error.ts'
import type { Component } from '../../src/icalendar/component.ts'
import { readComponent } from '../../src/icalendar/lexer.ts'
import type { Limits } from '../../src/icalendar/limits.ts'
import { bytes, calendar } from './bodies.ts'

function read(body: string | Uint8Array, limits?: Partial<Limits>): Component {
  return readComponent(typeof body === 'string' ? bytes(body) : body, limits)
}

function refused(body: string | Uint8Array, limits?: Partial<Limits>): CalendarDataError {
  try {
    read(body, limits)
  } catch (error) {
    if (error instanceof CalendarDataError) return error
    throw error
  }
  throw new Error('The body was accepted.')
}

/** The property behind VERSION and PRODID. */
function propertyOf(...lines: readonly string[]): Component['properties'][number] {
  return read(calendar(...lines)).properties[2]!
}

describe('content lines (RFC 5545 §3.1)', () => {
  test.each([
    ['CRLF', 'BEGIN:VCALENDAR\r\nX-A:1\r\nEND:VCALENDAR\r\n'],
    ['LF alone', 'BEGIN:VCALENDAR\nX-A:1\nEND:VCALENDAR\n'],
    ['CR CR LF', 'BEGIN:VCALENDAR\r\r\nX-A:1\r\r\nEND:VCALENDAR\r\r\n'],
    ['no last line end', 'BEGIN:VCALENDAR\r\nX-A:1\r\nEND:VCALENDAR'],
    ['blank lines anywhere', '\r\n\r\nBEGIN:VCALENDAR\r\n\r\nX-A:1\r\n\r\n\r\nEND:VCALENDAR\r\n\r\n'],
    ['lines of blanks', 'BEGIN:VCALENDAR\r\nX-A:1\r\nEND:VCALENDAR\r\n \r\n\t\r\n'],
    ['a byte order mark', '\ufeffBEGIN:VCALENDAR\r\nX-A:1\r\nEND:VCALENDAR\r\n'],
    ['lower case', 'begin:vcalendar\r\nx-a:1\r\nend:vcalendar\r\n'],
    ['blanks behind the name of a component', 'BEGIN:VCALENDAR \r\nX-A:1\r\nEND:VCALENDAR  \r\n'],
  ])('are read with %s', (_what, body) => {
    const { name, properties } = read(body)
    expect({ name, properties: properties.map((each) => [each.name, each.value]) }).toEqual({ name: 'VCALENDAR', properties: [['X-A', '1']] })
  })

  test.each([
    ['by a blank', 'X-A:on\r\n e', 'one'],
    ['by a tab', 'X-A:on\r\n\te', 'one'],
    ['with LF', 'X-A:on\n e', 'one'],
    ['keeping the blanks behind the first', 'X-A:on\r\n  e', 'on e'],
    ['several times', 'X-A:o\r\n n\r\n e', 'one'],
    ['to an empty line', 'X-A:on\r\n \r\n e', 'one'],
    ['before the colon', 'X-A\r\n :one', 'one'],
    ['inside the name', 'X\r\n -A:one', 'one'],
    ['inside a parameter', 'X-A;TZ\r\n ID="Europe/\r\n Berlin":one', 'one'],
  ])('are unfolded %s', (_how, line, value) => {
    expect(propertyOf(line)).toMatchObject({ name: 'X-A', value })
  })

  test('are unfolded inside a UTF-8 sequence, wherever it is cut', () => {
    fc.assert(fc.property(fc.string({ unit: 'grapheme', minLength: 1 }), fc.array(fc.nat({ max: 200 }), { maxLength: 20 }), fc.boolean(), (text, cuts, crlf) => {
      // oxlint-disable-next-line no-control-regex
      const clean = text.toWellFormed().replace(/[\u0000-\u001f\u007f\ufffe\uffff]/g, '')
      const line = [...bytes(`X-A:${clean}`)]
      for (const cut of cuts.filter((each) => each > 0 && each < line.length).sort((a, b) => b - a)) line.splice(cut, 0, ...bytes(crlf ? '\r\n ' : '\n\t'))
      const body = Uint8Array.from([...bytes('BEGIN:VCALENDAR\r\n'), ...line, ...bytes('\r\nX-B:b\r\nEND:VCALENDAR\r\n')])
      const [first, second] = read(body).properties
      expect(first?.value).toBe(clean)
      expect(second?.line).toBe(body.filter((byte) => byte === 10).length - 1)
    }))
  })

  test('know the line on which they start', () => {
    const lines = read('BEGIN:VCALENDAR\r\nX-A:1\r\n 2\r\n 3\r\n\r\nX-B:1\r\nEND:VCALENDAR\r\n').properties.map((each) => each.line)
    expect(lines).toEqual([2, 6])
  })

  test.each([
    ['without a colon', 'hello'], ['without a name', ':x'], ['with a blank in the name', 'X A:1'], ['with an open quote', 'X-A;B="c:d'],
    ['whose parameters do not end', 'X-A;B=c'],
  ])('%s are refused by line', (_what, line) => {
    expect(refused(calendar('X-OK:1', line))).toMatchObject({ precondition: 'valid-calendar-data', line: 5 })
  })

  test.each([
    ['BEL', '\u0007'], ['VT, as word processors have it', '\u000b'], ['ESC', '\u001b'], ['DEL', '\u007f'], ['U+FFFE', '\ufffe'], ['U+FFFF', '\uffff'],
  ])('with %s lose it', (_what, character) => {
    expect(propertyOf(`SUMMARY:${character}a${character}b`).value).toBe('ab')
  })

  test.each([['NUL', '\u0000'], ['a lone CR', '\rx']])('with %s are refused by line', (_what, character) => {
    expect(refused(calendar(`SUMMARY:a${character}b`))).toMatchObject({ precondition: 'valid-calendar-data', line: 4 })
  })

  test('may hold tabs and marks of direction', () => {
    expect(propertyOf('SUMMARY:\ta\u202eb\u200d\u0085').value).toBe('\ta\u202eb\u200d\u0085')
  })

  test.each([
    ['a cut sequence', [0xc3]], ['Latin-1', [0x67, 0xfc, 0x6e]], ['half a surrogate pair', [0xed, 0xa0, 0xbd]], ['an overlong form', [0xc0, 0xaf]],
  ])('that are not UTF-8 are refused: %s', (_what, octets) => {
    const body = Uint8Array.from([...bytes('BEGIN:VCALENDAR\r\nX-A:'), ...octets, ...bytes('\r\nEND:VCALENDAR\r\n')])
    expect(refused(body)).toMatchObject({ precondition: 'valid-calendar-data' })
  })
})

describe('parameters (RFC 5545 §3.2)', () => {
  test.each([
    ['plain', 'X-A;B=c:v', [['B', ['c']]], 'v'],
    ['names in upper case', 'X-A;b=c:v', [['B', ['c']]], 'v'],
    ['quoted, with everything in it', 'X-A;B="c;d:e,f":v', [['B', ['c;d:e,f']]], 'v'],
    ['lists', 'X-A;B=c,"d,e",f:v', [['B', ['c', 'd,e', 'f']]], 'v'],
    ['several of one name', 'X-A;B=c;B=d:v', [['B', ['c']], ['B', ['d']]], 'v'],
    ['an empty value', 'X-A;B=:v', [['B', ['']]], 'v'],
    ['none', 'X-A;B:v', [['B', []]], 'v'],
    ['empty ones', 'X-A;;B=c;:v', [['B', ['c']]], 'v'],
    ['an equals sign in the value', 'X-A;B=c=d:v', [['B', ['c=d']]], 'v'],
    ['colons and semicolons in the value of the property', 'X-A;B=c:v:w;x="y', [['B', ['c']]], 'v:w;x="y'],
    ['RFC 6868 escapes', 'X-A;B=a^nb^^c^\'d^x^:v', [['B', ['a\nb^c"d^x^']]], 'v'],
    ['RFC 6868 in quotes, undone once', 'X-A;B="^^n":v', [['B', ['^n']]], 'v'],
    ['doubled quotes, as some versions of Outlook write them', 'X-A;B=""Smith"":v', [['B', ['Smith']]], 'v'],
    ['names of the object prototype', 'X-A;__proto__=y;constructor=z:v', [['__PROTO__', ['y']], ['CONSTRUCTOR', ['z']]], 'v'],
  ])('%s', (_what, line, parameters, value) => {
    const found = propertyOf(line)
    expect(found.parameters.map((each) => [each.name, each.values])).toEqual(parameters)
    expect(found.value).toBe(value)
  })
})

describe('components (RFC 5545 §3.6)', () => {
  test('nest', () => {
    const { components } = read(calendar('BEGIN:VEVENT', 'X-A:1', 'BEGIN:VALARM', 'X-B:1', 'END:VALARM', 'X-C:1', 'END:VEVENT', 'BEGIN:X-D', 'END:X-D'))
    expect(components.map((each) => [each.name, each.line, each.properties.length, each.components.map((inner) => inner.name)]))
      .toEqual([['VEVENT', 4, 2, ['VALARM']], ['X-D', 11, 0, []]])
  })

  test.each([
    ['an END of another one', calendar('BEGIN:VEVENT', 'END:VALARM', 'END:VEVENT'), 5],
    ['an END too many', calendar('END:VEVENT'), 4],
    ['a missing END', 'BEGIN:VCALENDAR\r\nBEGIN:VEVENT\r\n', 2],
    ['another root', 'BEGIN:VEVENT\r\nEND:VEVENT\r\n', 1],
    ['lines before it', 'X-A:1\r\nBEGIN:VCALENDAR\r\nEND:VCALENDAR\r\n', 1],
    ['lines behind it', 'BEGIN:VCALENDAR\r\nEND:VCALENDAR\r\nX-A:1\r\n', 3],
    ['nothing at all', '', undefined],
    ['blanks only', ' \r\n\r\n', undefined],
  ])('with %s are refused', (_what, body, line) => {
    expect(refused(body)).toMatchObject({ precondition: 'valid-calendar-data', line })
  })

  test('are one VCALENDAR in one body (RFC 4791 §4.1)', () => {
    expect(refused(calendar() + calendar())).toMatchObject({ precondition: 'valid-calendar-object-resource', line: 5 })
  })
})

describe('limits', () => {
  test.each([
    ['bytes', { bytes: 20 }, calendar(), 'max-resource-size'],
    ['lines', { lines: 5 }, calendar('X-A:1', 'X-A:1'), 'valid-calendar-data'],
    ['depth', { depth: 2 }, calendar('BEGIN:A', 'BEGIN:B', 'END:B', 'END:A'), 'valid-calendar-data'],
    ['parameters', { parameters: 2 }, calendar('X-A;B=1;C=1;D=1:v'), 'valid-calendar-data'],
    ['parameterValues', { parameterValues: 2 }, calendar('X-A;B=1,2,3:v'), 'valid-calendar-data'],
  ])('on %s refuse what lies above and let pass what lies on them', (_what, limits, body, precondition) => {
    expect(refused(body, limits)).toMatchObject({ precondition })
    const [name, limit] = Object.entries(limits)[0]!
    const enough = name === 'bytes' ? bytes(body).length : limit + 1
    expect(read(body, { [name]: enough }).name).toBe('VCALENDAR')
  })

  test('count unfolded lines', () => {
    expect(read(calendar(`X-A:${'a\r\n '.repeat(100)}`), { lines: 5 }).properties).toHaveLength(3)
  })
})

describe('a VTIMEZONE that was read before', () => {
  const zone = ['BEGIN:VTIMEZONE', 'TZID:Here', 'BEGIN:STANDARD', 'DTSTART:19700101T000000', 'TZOFFSETFROM:+0100', 'TZOFF\r\n SETTO:+0100', 'END:STANDARD', 'END:VTIMEZONE'] as const

  test('is found again, with the lines of its own body', () => {
    const [first, again] = [read(calendar(...zone)), read(calendar(...zone, 'X-A:1'))]
    expect(again.components[0]).toBe(first.components[0])
    const moved = read(calendar('X-A:1', ...zone, 'X-B:2'))
    expect(moved.components[0]).toMatchObject({ line: 5, properties: [{ line: 6 }], components: [{ line: 7 }] })
    expect(moved.properties.at(-1)).toMatchObject({ name: 'X-B', line: 14 })
  })

  test('is another one as soon as a character differs', () => {
    expect(read(calendar(...zone.map((line) => line.replace('Here', 'There')))).components[0]).toMatchObject({ properties: [{ value: 'There' }] })
  })

  test('changes nothing of what is read or refused, whatever stands around it', () => {
    const lines = fc.constantFrom('BEGIN:VTIMEZONE', 'END:VTIMEZONE', 'END:VTIMEZONE ', 'BEGIN:STANDARD', 'END:STANDARD', 'TZID:x', ' folded', '', '\t', 'nothing', 'END:VCALENDAR', 'BEGIN:VEVENT', 'END:VEVENT')
    const outcome = (body: string): unknown => {
      try {
        return read(body)
      } catch (error) {
        return error instanceof CalendarDataError ? [error.precondition, error.line] : error
      }
    }
    fc.assert(fc.property(fc.array(fc.oneof(lines, fc.constant(zone.join('\r\n'))), { maxLength: 12 }), fc.constantFrom('\r\n', '\n'), (inside, end) => {
      const body = `BEGIN:VCALENDAR${end}${inside.join(end)}${end}END:VCALENDAR${end}`
      const plainly = outcome(body.replaceAll('BEGIN:VTIMEZONE', 'begin:VTIMEZONE'))
      expect(outcome(body)).toEqual(plainly)
      expect(outcome(body), 'again').toEqual(plainly)
    }), { numRuns: 500 })
  })
})
