/** Faults on demand: what goes wrong with the next calls to a path. */

import { invalid } from './errors.ts'

export interface Fault {
  /** Absent or `*`: any. */
  readonly method?: string
  /**
   * Where: a route (`/calendar/v3/calendars/:calendarId/events`, braces instead of colons allowed), a path with `*` for any
   * run of characters, or a regular expression that is looked for in the path. Absent: everywhere.
   */
  readonly pathPattern?: string
  /** How many calls it spoils; default 1. */
  readonly times?: number
  /** Answer this instead of doing the call. */
  readonly status?: number
  /** Reason in the error body; default by status. */
  readonly reason?: string
  /** Wait before anything else. */
  readonly delayMs?: number
  /** Do the call and send half of the answer's body: true, or a number of characters. */
  readonly truncateBody?: boolean | number
  /** Do nothing and close the connection. */
  readonly dropConnection?: boolean
}

const isText = (value: unknown): boolean => typeof value === 'string'
const isCount = (value: unknown): boolean => Number.isInteger(value) && Number(value) >= 0

const members: Readonly<Record<keyof Fault, (value: unknown) => boolean>> = {
  method: isText, pathPattern: isText, times: isCount, status: (value) => isCount(value) && Number(value) >= 200 && Number(value) <= 599, reason: isText,
  delayMs: isCount, truncateBody: (value) => typeof value === 'boolean' || isCount(value), dropConnection: (value) => typeof value === 'boolean',
}

/** A fault as somebody outside asks for it; null is as good as absent. @throws ApiError 400 that names the first member that is wrong */
export function readFault(given: object): Fault {
  const present = Object.entries(given).filter(([, value]) => value !== null)
  const wrong = present.find(([name, value]) => !Object.hasOwn(members, name) || !members[name as keyof Fault](value))
  if (wrong !== undefined) throw invalid(`Invalid fault: ${wrong[0]}.`)
  return Object.fromEntries(present)
}

export interface FaultList {
  add(fault: Fault): void
  /** Takes one turn of the first fault that fits. */
  take(method: string, template: string, path: string): Fault | undefined
  clear(): void
  /** What is still to come. */
  list(): readonly Fault[]
}

export function createFaultList(): FaultList {
  let faults: (Fault & { times: number })[] = []
  return {
    add: (fault) => {
      faults.push({ ...fault, times: fault.times ?? 1 })
    },
    take: (method, template, path) => {
      const fault = faults.find((each) => fits(each, method, template, path))
      if (fault) fault.times -= 1
      faults = faults.filter(({ times }) => times > 0)
      return fault
    },
    clear: () => {
      faults = []
    },
    list: () => faults.map((fault) => ({ ...fault })),
  }
}

function fits(fault: Fault, method: string, template: string, path: string): boolean {
  const { method: wanted = '*', pathPattern = '*' } = fault
  const sameMethod = wanted === '*' || wanted.toUpperCase() === method
  return sameMethod && (sameRoute(pathPattern, template) || matches(pathPattern, path))
}

const sameRoute = (pattern: string, template: string): boolean =>
  pattern.replace(/\{(\w+)\}/g, ':$1') === template

function matches(pattern: string, path: string): boolean {
  const isGlob = /(?:^|[^.)\]])\*/.test(pattern)
  const expression = isGlob ? `^${pattern.split('*').map(literally).join('.*')}$` : pattern
  return expressionOf(expression)?.test(path) ?? pattern === path
}

const literally = (text: string): string => text.replace(/[\\^$.*+?()[\]{}|]/g, '\\$&')

function expressionOf(text: string): RegExp | undefined {
  try {
    return new RegExp(text)
  } catch {
    return undefined // not a regular expression: then only the very path fits
  }
}
