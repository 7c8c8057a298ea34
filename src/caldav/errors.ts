import type { Name } from '../dav/names.ts'
import type { XmlContent } from '../dav/xml.ts'

/**
 * A refusal that the client is told: a status, the precondition or postcondition that failed where the RFCs name one
 * (RFC 4918 §16), and a sentence that tells the user of the client what to change. Thrown where the rule is known.
 */
export class DavError extends Error {
  override readonly name = 'DavError'
  readonly status: number
  readonly condition: Name | undefined
  /** What stands inside the condition's element, e.g. the href of `CALDAV:no-uid-conflict`. */
  readonly conditionContent: XmlContent
  readonly headers: Readonly<Record<string, string>>

  constructor(status: number, text: string, more: {
    condition?: Name; conditionContent?: XmlContent; headers?: Readonly<Record<string, string>>; cause?: unknown
  } = {}) {
    super(text, more.cause === undefined ? undefined : { cause: more.cause })
    this.status = status
    this.condition = more.condition
    this.conditionContent = more.conditionContent ?? []
    this.headers = more.headers ?? {}
  }
}
