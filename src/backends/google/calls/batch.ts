/** Several calls in one: multipart/mixed with a call in each part, and their answers in the same way, in any order (guide "Send batch requests"). */

/** What stands in one part. */
export interface BatchedCall {
  readonly method: string
  /** Absolute. */
  readonly url: string
  readonly headers: Readonly<Record<string, string>>
  readonly body?: string
}

/** What one part of the answer says. */
export interface BatchedAnswer {
  readonly status: number
  readonly body: string
}

/** The service takes no more at once. */
export const maxBatch = 50

const version = '/calendar/v3'
const boundary = 'calgate_batch'

/** @returns undefined where the address of the API does not tell that of batches */
export function batchUrlOf(apiUrl: string): string | undefined {
  return apiUrl.endsWith(version) ? `${apiUrl.slice(0, -version.length)}/batch${version}` : undefined
}

/** Of the whole request. */
export const batchContentType = `multipart/mixed; boundary=${boundary}`

/** @param calls at most {@link maxBatch}; JSON escapes what could be a boundary in their bodies */
export function formatBatch(calls: readonly BatchedCall[]): string {
  return `${calls.map((call, number) => `--${boundary}\r\nContent-Type: application/http\r\nContent-ID: <${number}>\r\n\r\n${formatCall(call)}\r\n`).join('')}--${boundary}--\r\n`
}

function formatCall({ method, url, headers, body = '' }: BatchedCall): string {
  const { pathname, search } = new URL(url)
  return [`${method} ${pathname}${search} HTTP/1.1`, ...Object.entries(headers).map(([name, value]) => `${name}: ${value}`), '', body].join('\r\n')
}

/** @returns by the number of the call; what cannot be read is missing */
export function readBatch(contentType: string, body: string): ReadonlyMap<number, BatchedAnswer> {
  const delimiter = /boundary="?([^";]+)"?/i.exec(contentType)?.[1]
  const parts = delimiter === undefined ? [] : `\r\n${body}`.split(`\r\n--${delimiter}`).slice(1)
  return new Map(parts.flatMap((part) => {
    const [head, answer] = divided(part)
    const [answerHead, content] = divided(answer)
    const number = /^content-id:\s*<?response-<?(\d+)/im.exec(head)?.[1]
    const status = /^HTTP\/[\d.]+ (\d{3})/.exec(answerHead)?.[1]
    return number === undefined || status === undefined ? [] : [[Number(number), { status: Number(status), body: content }] as const]
  }))
}

/** At the blank line. */
function divided(text: string): readonly [head: string, rest: string] {
  const at = text.indexOf('\r\n\r\n')
  return at < 0 ? [text, ''] : [text.slice(0, at), text.slice(at + 4)]
}
