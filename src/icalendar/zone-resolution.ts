/** From the TZID of a client to a zone of the zone data: by its name, held against what its VTIMEZONE says. */

import type { TimeZoneId } from '../calendar/identifiers.ts'
import { propertiesNamed, type Component } from './component.ts'
import { findForeignZone, zonesOfWindows } from './windows-zones.ts'
import { readDefinition, type ZoneDefinition } from './zone-definition.ts'
import { covers, coversAll, definedOffsets, difference, isPartOf, mayBeSame, type DefinedOffsets, type Years } from './zone-match.ts'
import { findTimeZone } from './zone-names.ts'

/** What a TZID means: a zone, an offset that never changes, or else the offsets of the years asked. */
export type ResolvedZone =
  | { readonly kind: 'zone'; readonly zone: TimeZoneId }
  /** Seconds east of UTC. */
  | { readonly kind: 'fixed'; readonly offsetSeconds: number }
  | { readonly kind: 'defined'; readonly offsets: DefinedOffsets }
  /** A name of one zone and rules of none, which never say what holds there. */
  | { readonly kind: 'contradicted' }

export interface ResolutionOptions {
  /** Tried first where only the rules tell. */
  readonly calendarZone?: TimeZoneId
  /** The years over which name and rules are compared: those of the event. Without them, recent ones. */
  readonly years?: Years
}

/**
 * Tells what a TZID means (RFC 5545 §3.2.19), in this order: an IANA name; the IANA name behind a vendor's prefix; X-LIC-LOCATION;
 * a name of Windows or of a list of cities; the zone whose transitions are those of the VTIMEZONE; the offsets of the VTIMEZONE itself.
 *
 * A name whose zone is not what the VTIMEZONE says gives way to another zone that is; it stays where there is none, since the
 * rules that programs send along are often out of date, unless they never say what holds in that zone. It also stays where the VTIMEZONE tells nothing about the years asked, and
 * an IANA name where it tells a single offset of that zone. The zone of the host is never asked.
 * @param definition the VTIMEZONE of that TZID, if the body has it
 * @returns undefined where neither name nor rules tell
 */
export function resolveTimeZone(tzid: string, definition: Component | undefined, options: ResolutionOptions = {}): ResolvedZone | undefined {
  const known = definition === undefined ? undefinedZones : knownOf(definition)
  const key = `${tzid}\n${options.calendarZone ?? ''}\n${options.years?.join() ?? ''}`
  if (known.has(key)) return known.get(key)
  const zone = resolve(tzid, definition, options)
  if (key.length > maxKey) return zone
  if (known.size >= maxKnown) known.clear()
  known.set(key, zone)
  return zone
}

type KnownZones = Map<string, ResolvedZone | undefined>

/**
 * What was asked before. One client sends the same VTIMEZONE with every event, which the lexer finds again: to hold it against the zone
 * data costs a hundred times as much as finding it here. Emptied when full, as clients choose the keys.
 */
const undefinedZones: KnownZones = new Map()
const definedZones = new WeakMap<Component, KnownZones>()
const maxKnown = 100
const maxKey = 300

function knownOf(definition: Component): KnownZones {
  const known = definedZones.get(definition) ?? new Map()
  definedZones.set(definition, known)
  return known
}

function resolve(tzid: string, definition: Component | undefined, options: ResolutionOptions): ResolvedZone | undefined {
  const iana = findByName(tzid) ?? findLocation(definition)
  const named = iana ?? findForeignZone(tzid.slice(0, maxName))
  const rules = definition === undefined ? undefined : readDefinition(definition)
  const byName = named === undefined ? fixedOffsetNamed(tzid) : ({ kind: 'zone', zone: named } as const)
  if (rules === undefined) return byName
  const years = options.years ?? recentYears(rules)
  const offsets = definedOffsets(rules, years)
  if (offsets === undefined) return byName
  const isRight = named !== undefined && (!covers(rules, years) || difference(offsets, named) <= tolerated || (iana !== undefined && isPartOf(offsets, iana)))
  const zone = isRight ? named : zoneOfRules(offsets, options.calendarZone) ?? (named !== undefined && isEverSaid(rules, named, years) ? named : undefined)
  if (zone !== undefined) return { kind: 'zone', zone }
  if (offsets.steps.length === 1) return { kind: 'fixed', offsetSeconds: offsets.steps[0]!.offset / 1000 }
  if (named !== undefined) return { kind: 'contradicted' }
  return coversAll(offsets, years) ? { kind: 'defined', offsets } : undefined
}

/** Some hours at each change of the clocks, which programs often get wrong: 0.1 % of a year. */
const tolerated = 0.001

/** Rules that are out of date are right at some time at least: of the years asked, in which no zone may have been yet, or lately. */
function isEverSaid(rules: ZoneDefinition, zone: TimeZoneId, years: Years): boolean {
  return [years, recentYears(rules)].some((each) => {
    const offsets = definedOffsets(rules, each)
    return offsets !== undefined && difference(offsets, zone) < always
  })
}

const always = 0.999

/** Without years it is asked what holds now and later; a definition that ends before is taken at its end. */
function recentYears({ firstYear, lastYear }: ZoneDefinition): Years {
  const first = Math.min(Math.max(2025, firstYear), lastYear)
  return [first, first + 2]
}

function findLocation(definition: Component | undefined): TimeZoneId | undefined {
  const location = definition === undefined ? undefined : propertiesNamed(definition, 'X-LIC-LOCATION')[0]?.value
  return location === undefined ? undefined : findByName(location)
}

/** Longer than any name that means something. */
const maxName = 200

function findByName(name: string): TimeZoneId | undefined {
  const plain = name.trim().replace(/^"(.*)"$/, '$1')
  if (plain.length > maxName) return undefined
  return findTimeZone(plain) ?? behindPrefix(plain) ?? withSlashes(plain)
}

/** `/mozilla.org/20050126_1/Europe/Berlin`, `/Europe/Berlin`: the longest end of the path that is a name. */
function behindPrefix(path: string): TimeZoneId | undefined {
  const segments = path.split('/').filter((segment) => segment !== '')
  for (let i = 0; i < segments.length; i++) {
    const zone = findTimeZone(segments.slice(i).join('/'))
    if (zone !== undefined) return zone
  }
  return undefined
}

/** `America-Chicago`, `America_New_York`, `America_Argentina_Salta`: names made fit for file names and the like. */
function withSlashes(name: string): TimeZoneId | undefined {
  const once = name.replace(/[-_]/, '/')
  return once === name ? undefined : findTimeZone(once) ?? findTimeZone(once.replace(/[-_]/, '/'))
}

/** `GMT+0200`, `UTC-3`: offsets as old Apple programs name them. Other than in `Etc/GMT-2`, plus is east. */
function fixedOffsetNamed(tzid: string): ResolvedZone | undefined {
  const [, sign, hours, minutes = '0'] = /^(?:GMT|UTC)([+-])(\d{1,2}):?(\d\d)?$/i.exec(tzid.trim()) ?? []
  if (hours === undefined || Number(hours) > 14 || Number(minutes) > 59) return undefined
  return { kind: 'fixed', offsetSeconds: (sign === '-' ? -1 : 1) * (Number(hours) * 3600 + Number(minutes) * 60) }
}

/** Where rules alone decide, the zone of more people comes first. */
const commonZones = [
  'Europe/Berlin', 'America/New_York', 'America/Chicago', 'America/Los_Angeles', 'America/Denver', 'Europe/London', 'Asia/Kolkata', 'Asia/Shanghai',
  'Asia/Tokyo', 'America/Sao_Paulo', 'Europe/Moscow', 'Europe/Istanbul', 'Australia/Sydney', 'Europe/Athens', 'Europe/Lisbon', 'America/Mexico_City',
  'America/Halifax', 'America/Phoenix', 'America/Anchorage', 'Pacific/Honolulu', 'America/St_Johns', 'America/Bogota', 'America/Argentina/Buenos_Aires',
  'Africa/Johannesburg', 'Africa/Lagos', 'Africa/Cairo', 'Africa/Nairobi', 'Asia/Jerusalem', 'Asia/Dubai', 'Asia/Tehran', 'Asia/Karachi', 'Asia/Dhaka',
  'Asia/Bangkok', 'Asia/Singapore', 'Asia/Manila', 'Asia/Seoul', 'Australia/Brisbane', 'Australia/Adelaide', 'Australia/Perth', 'Pacific/Auckland',
] as const

/** The calendar's own zone, then common ones, then one for each set of rules that Windows knows. */
function zoneOfRules(offsets: DefinedOffsets, calendarZone: TimeZoneId | undefined): TimeZoneId | undefined {
  const isSame = (zone: TimeZoneId) => mayBeSame(offsets, zone) && difference(offsets, zone) <= tolerated
  if (calendarZone !== undefined && isSame(calendarZone)) return calendarZone
  const common = commonZones.map((name) => findTimeZone(name)).filter((zone) => zone !== undefined)
  return common.find(isSame) ?? zonesOfWindows().find(isSame)
}
