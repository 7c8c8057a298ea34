import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { calendarData, escapedCalendarData } from '../../src/caldav/render.ts'
import type { SeriesSource, StoredSeries } from '../../src/calendar/backend.ts'
import type { EventSeries } from '../../src/calendar/event.ts'
import { instant, objectName, revision } from '../../src/calendar/identifiers.ts'
import { escapeText } from '../../src/dav/characters.ts'
import { formatCalendarObject } from '../../src/icalendar/format.ts'
import { extent } from '../../src/icalendar/recurrence.ts'
import { series as anySeries, someZones } from '../icalendar/arbitraries.ts'

const stored = (series: EventSeries): StoredSeries => ({
  name: objectName('a.ics')!, revision: revision('1'), updated: instant(0), series, source: {} as SeriesSource, role: 'organizer',
})

describe('finished text', () => {
  test('is the same whichever of its two forms was asked for first', () => {
    fc.assert(fc.property(anySeries, (series) => {
      const [textFirst, escapedFirst] = [stored(series), stored(series)]
      const text = calendarData(textFirst)
      const escaped = escapedCalendarData(escapedFirst)
      expect(text).toBe(formatCalendarObject(series))
      expect(escaped).toBe(escapeText(text))
      expect(escapedCalendarData(textFirst)).toBe(escaped)
      expect(calendarData(escapedFirst)).toBe(text)
    }))
  })

  test('is the same at each asking', () => {
    fc.assert(fc.property(anySeries, (series) => {
      const one = stored(series)
      expect([calendarData(one), escapedCalendarData(one)]).toEqual([calendarData(one), escapedCalendarData(one)])
    }), { numRuns: 20 })
  })
})

test('what is remembered of a series\' extent is that of the zone asked for', () => {
  fc.assert(fc.property(anySeries, fc.constantFrom(...someZones), fc.constantFrom(...someZones), (series, zone, other) => {
    const found = [extent(series, zone), extent(series, other), extent(series, zone)]
    expect(found).toEqual([extent({ ...series }, zone), extent({ ...series }, other), extent({ ...series }, zone)])
  }), { numRuns: 50 })
})
