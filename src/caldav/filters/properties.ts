/** prop-filter, param-filter and text-match (RFC 4791 §9.7.2, §9.7.3, §9.7.5) as tests over properties. */

import type { TimeZoneId } from '../../calendar/identifiers.ts'
import type { ParamFilter, PropFilter, TextMatch } from '../../dav/requests.ts'
import type { Property } from '../../icalendar/component.ts'
import { substringTest } from './collations.ts'
import { contains, timeRangeOf } from './time-range.ts'
import { momentsOf, readableValue } from './values.ts'

/** Whether a property is what a filter asks for. */
export type PropertyTest = (property: Property) => boolean

/** All that the filter asks of one property of its name. The filter is checked, and not is-not-defined. */
export function propertyTest(filter: PropFilter, zone: TimeZoneId): PropertyTest {
  const tests = [...timeTests(filter, zone), ...textTests(filter.textMatch), ...filter.params.map(parameterTest)]
  return (property) => tests.every((test) => test(property))
}

/** A text-match by itself; its collation is a known one. */
export function textTest({ text, collation, isNegated }: TextMatch): (value: string) => boolean {
  const test = substringTest(collation, text) as (value: string) => boolean
  return isNegated ? (value) => !test(value) : test
}

function timeTests({ timeRange }: PropFilter, zone: TimeZoneId): readonly PropertyTest[] {
  if (timeRange === undefined) return []
  const range = timeRangeOf(timeRange)
  return [(property) => momentsOf(property, zone).some((each) => contains(range, each))]
}

function textTests(match: TextMatch | undefined): readonly PropertyTest[] {
  if (match === undefined) return []
  const test = textTest(match)
  return [(property) => test(readableValue(property))]
}

function parameterTest({ name, test }: ParamFilter): PropertyTest {
  const valuesOf = (property: Property) => property.parameters.filter((each) => each.name === name).flatMap((each) => each.values)
  switch (test.kind) {
    case 'is-defined': return (property) => valuesOf(property).length > 0
    case 'is-not-defined': return (property) => valuesOf(property).length === 0
    case 'text-match': {
      const matches = textTest(test.match)
      return (property) => valuesOf(property).some(matches)
    }
  }
}
