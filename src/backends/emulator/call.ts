/** What a handler gets and gives. */

import type { Clock } from './clock.ts'
import type { CallLog } from './call-log.ts'
import { invalid } from './errors.ts'
import type { FaultList } from './faults.ts'
import type { RandomBytes } from './ids.ts'
import type { Store } from './store.ts'
import type { Switches } from './switches.ts'

/** What all handlers share. */
export interface Environment {
  readonly store: Store
  readonly clock: Clock
  readonly switches: Switches
  readonly random: RandomBytes
  /** IANA zone of new accounts. */
  readonly timeZone: string
  /** Whether `/_control` and bearer tokens `test:<address>` work. */
  readonly control: boolean
  /** How many instances one endless series shows in one listing. */
  readonly instanceCap: number
  readonly calls: CallLog
  readonly faults: FaultList
}

export type JsonObject = Readonly<Record<string, unknown>>

export interface Call {
  readonly environment: Environment
  /** The address of the account that asks, in lower case; empty where the route needs no login. */
  readonly account: string
  /** Path parameters, decoded. */
  readonly path: Readonly<Record<string, string>>
  readonly query: URLSearchParams
  /** Names in lower case. */
  readonly headers: Readonly<Record<string, string>>
  /** The parsed JSON; an empty object where there was none. */
  readonly body: JsonObject
  /** The body as it came. */
  readonly text: string
}

/** Content: an object to be sent as JSON, text of another type, or nothing (204). */
export interface Reply {
  readonly status: number
  readonly content?: object
  readonly text?: { readonly type: string; readonly body: string }
  readonly etag?: string
  readonly headers?: Readonly<Record<string, string>>
}

/** A single resource: its etag also becomes the header. */
export const resource = (content: { readonly etag?: string | undefined }): Reply =>
  content.etag === undefined ? { status: 200, content } : { status: 200, content, etag: content.etag }

export const collection = (content: object): Reply => ({ status: 200, content })

export const noContent: Reply = { status: 204 }

/** A path parameter that the route is known to have. */
export const parameter = (call: Call, name: string): string => call.path[name] ?? ''

/** The objects of a list in a body; none where it is left out. @throws ApiError 400 invalid for anything else */
export function objectsIn(value: unknown): readonly JsonObject[] {
  const list = value ?? []
  const isList = Array.isArray(list) && list.every((each) => typeof each === 'object' && each !== null && !Array.isArray(each))
  if (!isList) throw invalid('Invalid Value')
  return list as readonly JsonObject[]
}

/** @returns true, false, or undefined where the query does not say */
export function flag(call: Call, name: string): boolean | undefined {
  const text = call.query.get(name)
  return text === null ? undefined : text === 'true' || text === '1' || text === ''
}
