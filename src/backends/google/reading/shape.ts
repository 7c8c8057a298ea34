/** Whether a value has the shape that a schema asks for: the same verdict as the schema's own, without a copy of the value. */

import type { WireSchema } from '../wire.ts'

/** Whether a value has the shape. */
export type Check = (value: unknown) => boolean

/** What of a schema's definition counts here (zod, "Defining schemas": the classes and their `def`). */
interface Definition {
  readonly type: string
  readonly shape?: Readonly<Record<string, WireSchema>>
  readonly innerType?: WireSchema
  readonly element?: WireSchema
  readonly valueType?: WireSchema
  readonly entries?: Readonly<Record<string, string>>
}

/** @param schema of what {@link file://./wire.ts} is made of: loose objects, lists, records, enums, plain values @throws TypeError for others */
export function checkOf(schema: WireSchema): Check {
  const { type, shape = {}, innerType, element, valueType, entries = {} } = schema.def as Definition
  switch (type) {
    case 'string': return (value) => typeof value === 'string'
    case 'boolean': return (value) => typeof value === 'boolean'
    case 'number': return (value) => Number.isFinite(value)
    case 'enum': return checkOfEnum(new Set(Object.values(entries)))
    case 'optional': return checkOfOptional(checkOf(innerType!))
    case 'array': return checkOfList(checkOf(element!))
    case 'record': return checkOfRecord(checkOf(valueType!))
    case 'object': return checkOfObject(Object.entries(shape))
    default: throw new TypeError(`there is no check for ${type}`)
  }
}

const checkOfEnum = (values: ReadonlySet<unknown>): Check => (value) => values.has(value)
const checkOfOptional = (check: Check): Check => (value) => value === undefined || check(value)
const checkOfList = (check: Check): Check => (value) => Array.isArray(value) && value.every(check)

function checkOfRecord(check: Check): Check {
  return (value) => isObject(value) && Object.values(value).every(check)
}

/** Members that the schema does not name may be anything. */
function checkOfObject(members: readonly (readonly [name: string, schema: WireSchema])[]): Check {
  const checks = new Map(members.map(([name, schema]) => [name, checkOf(schema)]))
  const required = members.flatMap(([name, schema]) => ((schema.def as Definition).type === 'optional' ? [] : [name]))
  return (value) => {
    if (!isObject(value)) return false
    for (const name of required) if (value[name] === undefined) return false
    for (const name in value) if (checks.get(name)?.(value[name]) === false) return false
    return true
  }
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
