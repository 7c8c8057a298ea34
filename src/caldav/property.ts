/** Properties as rows of a table: PROPFIND, PROPPATCH, the reports and the documentation read them from here alone. */

import { BackendError, isPassing } from '../calendar/backend.ts'
import type { BackendFault } from '../calendar/backend.ts'
import type { CalendarChange } from '../calendar/calendar.ts'
import type { PropStatus, ResponseElement } from '../dav/multistatus.ts'
import { clark, sameName } from '../dav/names.ts'
import type { Name } from '../dav/names.ts'
import type { PropertyRequest, PropertySelection } from '../dav/requests.ts'
import { element, fragmentWriter, noAttributes } from '../dav/xml.ts'
import type { XmlContent, XmlElement } from '../dav/xml.ts'
import type { Context, Loaded, LoadedResource } from './context.ts'
import { DavError } from './errors.ts'
import type { ResourceKind } from './resource.ts'

/** All about one property. */
export interface PropertyRow<K extends ResourceKind = ResourceKind> {
  readonly name: Name
  /** RFC and section, or the client that needs it. */
  readonly source: string
  /** The kinds of resource that have it. */
  readonly on: readonly K[]
  /** Part of the answer to allprop (RFC 4918 §9.1). */
  readonly allprop: boolean
  /** It is worth reading the series of all members when a listing asks for it by name. */
  readonly readsSeries?: true
  /** It tells of the object's tag and series, and of nothing else: as long as both are the same, and the request, so is it. */
  readonly isOfObjectAlone?: true
  /**
   * The content of the property's element; undefined where this resource does not have it (404 in its propstat). Left out: none has.
   * @param requested the element of the request, for properties that take parameters
   */
  readonly get?: (resource: Loaded<K>, context: Context, requested: XmlElement) => XmlContent | undefined | Promise<XmlContent | undefined>
  /**
   * The whole element as text, as `formatFragment` writes it, where that is at hand and need not be made again for each of a listing;
   * undefined where it is not, or where it fails: then `get` is asked.
   */
  readonly finished?: (resource: Loaded<K>, context: Context) => string | undefined
  /** What a PROPPATCH, MKCALENDAR or MKCOL of it changes; left out: protected. @throws DavError when the value is not one */
  readonly set?: (value: XmlElement | undefined) => CalendarChange
  /** What MKCALENDAR and MKCOL make of it, where that differs from `set`. @throws DavError when the value is not one */
  readonly create?: (value: XmlElement) => CalendarChange
}

/** Keeps the kinds of `on` and `get` together. */
export function property<const K extends ResourceKind>(row: PropertyRow<K>): PropertyRow {
  return row as unknown as PropertyRow
}

/** All rows, and the one that a resource of some kind has under some name. */
export interface PropertyTable {
  readonly rows: readonly PropertyRow[]
  on(kind: ResourceKind): ReadonlyMap<string, PropertyRow>
}

/** @param rows no two of one name and kind */
export function propertyTable(rows: readonly PropertyRow[]): PropertyTable {
  const byKind = new Map<ResourceKind, Map<string, PropertyRow>>()
  for (const row of rows) {
    for (const kind of row.on) byKind.set(kind, (byKind.get(kind) ?? new Map()).set(clark(row.name), row))
  }
  return { rows, on: (kind) => byKind.get(kind) ?? new Map() }
}

/** Whether the objects of a listing are needed with their series. */
export function readsSeries({ tables }: Context, selection: PropertySelection): boolean {
  if (selection.kind !== 'properties') return selection.kind === 'all'
  return selection.properties.some(({ name }) => tables.properties.on('object').get(clark(name))?.readsSeries === true)
}

/** Whether what is told of objects depends on them and on the request alone. @param more as for {@link describer} */
export function isOfObjectsAlone(context: Context, selection: PropertySelection, more: readonly PropertyRow[]): boolean {
  const rows = rowsOn(context, 'object', more)
  return selection.kind === 'properties' && selection.properties.every(({ name }) => rows.get(clark(name))?.isOfObjectAlone ?? !rows.has(clark(name)))
}

/** Tells one resource after another in the terms of one selection; at once where nothing has to be waited for, since listings are long. */
export type Describer = (loaded: LoadedResource) => ResponseElement | Promise<ResponseElement>

/** The properties of one resource, sorted by status (RFC 4918 §9.1). */
export interface Described {
  readonly href: string
  readonly propstats: readonly PropStatus[]
}

/**
 * One response element: the properties that were asked for. The 404 part is left out for clients that prefer so (RFC 8144 §2.1);
 * there is always one propstat with 200, if need be an empty one.
 * @throws BackendError as the getters meet it
 */
export function describe(context: Context, loaded: LoadedResource, selection: PropertySelection): Described | Promise<Described> {
  return described(context, loaded, planOf(selection, rowsOn(context, loaded.kind, [])), selection.kind)
}

/**
 * The same for many resources: the selection is looked up once for each kind.
 * @param more rows that only this request knows, e.g. `CALDAV:calendar-data` of a report
 */
export function describer(context: Context, selection: PropertySelection, more: readonly PropertyRow[] = []): Describer {
  const plans = new Map<ResourceKind, readonly Wanted[]>()
  const planFor = (kind: ResourceKind): readonly Wanted[] => {
    const plan = planOf(selection, rowsOn(context, kind, more))
    plans.set(kind, plan)
    return plan
  }
  return (loaded) => {
    const plan = plans.get(loaded.kind) ?? planFor(loaded.kind)
    const found = selection.kind === 'properties' ? finishedOf(context, loaded, plan) : undefined
    // In our own spelling of an href nothing has to be escaped.
    return found === undefined ? described(context, loaded, plan, selection.kind) : { escapedHref: loaded.href, found }
  }
}

function described(context: Context, loaded: LoadedResource, plan: readonly Wanted[], kind: PropertySelection['kind']): Described | Promise<Described> {
  const { href } = loaded
  const propstats = propstatsOf(context, loaded, plan, kind)
  return propstats instanceof Promise ? propstats.then((told) => ({ href, propstats: told })) : { href, propstats }
}

/**
 * For the members of a listing: a passing fault of the backend is told for the properties that need it, with 503, and does not spoil
 * what is known of the others. A listing that left them out instead would look as if they were gone.
 */
export function memberDescriber(context: Context, selection: PropertySelection): Describer {
  const tell = describer(context, selection)
  let tellWithFaults: Describer | undefined
  const tellAgain = (loaded: LoadedResource, error: unknown): ReturnType<Describer> => {
    if (!isPassing(error)) throw error
    context.notice({ event: 'property-unavailable', href: loaded.href, reason: (error as Error).message })
    tellWithFaults ??= describer({ ...context, tables: { ...context.tables, properties: withFaults(context.tables.properties) } }, selection)
    return tellWithFaults(loaded)
  }
  return (loaded) => {
    try {
      const told = tell(loaded)
      return told instanceof Promise ? told.catch((error: unknown) => tellAgain(loaded, error)) : told
    } catch (error) {
      return tellAgain(loaded, error)
    }
  }
}

function withFaults(table: PropertyTable): PropertyTable {
  return propertyTable(table.rows.map((row) => (row.get === undefined ? row : { ...row, get: faultsAsRefusals(row.get) })))
}

function faultsAsRefusals(get: NonNullable<PropertyRow['get']>): NonNullable<PropertyRow['get']> {
  return async (...given) => {
    try {
      return await get(...given)
    } catch (error) {
      throw isPassing(error) ? new DavError(503, 'The calendar service does not answer at the moment.', { cause: error }) : error
    }
  }
}

function rowsOn(context: Context, kind: ResourceKind, more: readonly PropertyRow[]): ReadonlyMap<string, PropertyRow> {
  const rows = context.tables.properties.on(kind)
  const added = more.filter((row) => row.on.includes(kind))
  return added.length === 0 ? rows : new Map([...rows, ...added.map((row) => [clark(row.name), row] as const)])
}

/** A property of the answer; without a row it does not exist on this kind. */
interface Wanted {
  readonly row: PropertyRow | undefined
  readonly name: Name
  readonly element: XmlElement
  /** Makes the whole element as text. */
  readonly write: (content: XmlContent) => string
  /** Of allprop and propname: left out where the resource does not have it. */
  readonly isOptional: boolean
}

function planOf(selection: PropertySelection, rows: ReadonlyMap<string, PropertyRow>): readonly Wanted[] {
  const asked = (each: PropertyRequest): Wanted => ({ ...each, row: rows.get(clark(each.name)), write: fragmentWriter(each.name), isOptional: false })
  const offered = (row: PropertyRow): Wanted => ({ row, name: row.name, element: element(row.name), write: fragmentWriter(row.name), isOptional: true })
  switch (selection.kind) {
    case 'properties': return selection.properties.map(asked)
    case 'all': {
      const included = selection.include.map(asked)
      const isIncluded = (row: PropertyRow) => included.some((each) => sameName(each.name, row.name))
      return [...[...rows.values()].filter((row) => row.allprop && !isIncluded(row)).map(offered), ...included]
    }
    case 'names': return [...rows.values()].map(offered)
  }
}

/** All that is asked for as one text; undefined unless each property is at hand as such. */
function finishedOf(context: Context, loaded: LoadedResource, plan: readonly Wanted[]): string | undefined {
  let finished = ''
  for (const { row } of plan) {
    const text = finishedIn(row, context, loaded)
    if (text === undefined) return undefined
    finished += text
  }
  return plan.length === 0 ? undefined : finished
}

/** What fails is asked for in its own way, and told with its status. */
function finishedIn(row: PropertyRow | undefined, context: Context, loaded: LoadedResource): string | undefined {
  try {
    return row?.finished?.(loaded as never, context)
  } catch {
    return undefined
  }
}

/** What is told of one resource so far. */
interface Answers {
  readonly found: XmlElement[]
  readonly missing: XmlElement[]
  readonly refused: PropStatus[]
}

/** A promise only from the first property on that has to be waited for. */
function propstatsOf(context: Context, loaded: LoadedResource, plan: readonly Wanted[], kind: PropertySelection['kind']): readonly PropStatus[] | Promise<readonly PropStatus[]> {
  const answers: Answers = { found: [], missing: [], refused: [] }
  for (const [index, wanted] of plan.entries()) {
    const waiting = ask(context, loaded, wanted, kind, answers)
    if (waiting !== undefined) return waiting.then(() => propstatsAfter(index, context, loaded, plan, kind, answers))
  }
  return propstats(context, answers)
}

async function propstatsAfter(index: number, context: Context, loaded: LoadedResource, plan: readonly Wanted[], kind: PropertySelection['kind'], answers: Answers): Promise<readonly PropStatus[]> {
  for (const wanted of plan.slice(index + 1)) await ask(context, loaded, wanted, kind, answers)
  return propstats(context, answers)
}

function ask(context: Context, loaded: LoadedResource, wanted: Wanted, kind: PropertySelection['kind'], answers: Answers): Promise<void> | undefined {
  const { row, name } = wanted
  try {
    const formatted = kind === 'names' ? undefined : finishedIn(row, context, loaded)
    if (formatted !== undefined) return void answers.found.push({ name, attributes: noAttributes, children: [], formatted })
    const value = row?.get?.(loaded as never, context, wanted.element)
    if (!(value instanceof Promise)) return note(answers, wanted, kind, value)
    return value.then((content) => note(answers, wanted, kind, content), (error: unknown) => { answers.refused.push(refusal(error, name)) })
  } catch (error) {
    answers.refused.push(refusal(error, name))
    return undefined
  }
}

function note({ found, missing }: Answers, { name, write, isOptional }: Wanted, kind: PropertySelection['kind'], content: XmlContent | undefined): undefined {
  if (content === undefined) return isOptional ? undefined : void missing.push(element(name))
  const children = kind === 'names' ? [] : content
  found.push({ name, attributes: noAttributes, children, formatted: write(children) })
}

function propstats({ prefers }: Context, { found, missing, refused }: Answers): readonly PropStatus[] {
  const left = missing.length > 0 && !prefers.minimal ? [{ status: 404, properties: missing }] : []
  return found.length > 0 || left.length + refused.length === 0 ? [{ status: 200, properties: found }, ...left, ...refused] : [...left, ...refused]
}

/** What the user may not see of a resource that is otherwise there is told for the property alone, and what is gone by now as not there. */
function refusal(error: unknown, name: Name): PropStatus {
  if (error instanceof DavError) return { status: error.status, properties: [element(name)], ...(error.condition && { error: error.condition }) }
  const status = error instanceof BackendError ? statusByFault[error.fault] : undefined
  if (status === undefined) throw error
  return { status, properties: [element(name)] }
}

const statusByFault: Partial<Record<BackendFault, number>> = { forbidden: 403, gone: 404 }
