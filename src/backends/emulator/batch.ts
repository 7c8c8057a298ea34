/** POST /batch/calendar/v3: up to fifty calls in one multipart/mixed body (google-calendar-v3 reference §1). */

import { STATUS_CODES } from 'node:http'

import { answer, type RawRequest, type RawResponse } from './answer.ts'
import type { Environment } from './call.ts'
import { ApiError, errorBody } from './errors.ts'
import { findRoute } from './routes.ts'

export const batchPath = '/batch/calendar/v3'
const mostCalls = 50

/** Each inner call is counted, can fail and is its own transaction; the answers come in the order of the calls. */
export async function answerBatch(environment: Environment, request: RawRequest): Promise<RawResponse> {
  const boundary = /boundary="?([^";]+)"?/i.exec(request.headers['content-type'] ?? '')?.[1]
  const parts = boundary === undefined ? [] : partsOf(request.body, boundary)
  if (parts.length === 0) return failed(new ApiError('badRequest', 'Failed to parse batch request, error: 0 items.'))
  if (parts.length > mostCalls) return failed(new ApiError('badRequest', 'The batch request has too many calls.'))
  const out = `batch_${Buffer.from(environment.random(18)).toString('base64url')}`
  const answers: string[] = []
  for (const part of parts) answers.push(await answerPart(environment, request, part))
  return {
    status: 200,
    headers: { 'content-type': `multipart/mixed; boundary=${out}`, 'cache-control': 'private, max-age=0', vary: 'Origin, X-Origin, Referer' },
    body: `${answers.map((text) => `--${out}\r\n${text}\r\n`).join('')}--${out}--\r\n`,
  }
}

function failed(error: ApiError): RawResponse {
  return { status: error.status, headers: { 'content-type': 'application/json; charset=UTF-8' }, body: `${JSON.stringify(errorBody(error), null, 1)}\n` }
}

function partsOf(body: string, boundary: string): string[] {
  return `\r\n${body.replace(/\r?\n/g, '\r\n')}`.split(`\r\n--${boundary}`).slice(1).filter((part) => !part.startsWith('--')).map((part) => part.replace(/^[ \t]*\r\n/, ''))
}

async function answerPart(environment: Environment, outer: RawRequest, part: string): Promise<string> {
  const [outerHead = '', ...rest] = part.split('\r\n\r\n')
  const [requestHead = '', ...body] = rest
  const [line = '', ...headerLines] = requestHead.split('\r\n')
  const contentId = headersOf(outerHead.split('\r\n'))['content-id']
  const [method = '', target = ''] = line.trim().split(' ')
  const url = new URL(target, 'https://www.googleapis.com')
  const headers = { ...(outer.headers['authorization'] === undefined ? {} : { authorization: outer.headers['authorization'] }), ...headersOf(headerLines) }
  const inner = { method, path: url.pathname, query: url.searchParams, headers, body: body.join('\r\n\r\n') }
  const response = await answer(environment, findRoute(method, url.pathname), inner)
  const id = contentId === undefined ? '' : `Content-ID: ${contentId.replace(/^<?/, (bracket) => `${bracket}response-`)}\r\n`
  return `Content-Type: application/http\r\n${id}\r\n${formatResponse(response)}`
}

function headersOf(lines: readonly string[]): Record<string, string> {
  return Object.fromEntries(lines.filter((each) => each.includes(':')).map((each) => {
    const at = each.indexOf(':')
    return [each.slice(0, at).trim().toLowerCase(), each.slice(at + 1).trim()]
  }))
}

function formatResponse({ status, headers, body }: RawResponse): string {
  const length = { 'content-length': String(Buffer.byteLength(body)) }
  const lines = Object.entries({ ...headers, ...length }).map(([name, value]) => `${name}: ${value}`)
  return [`HTTP/1.1 ${status} ${STATUS_CODES[status] ?? ''}`, ...lines, '', body].join('\r\n')
}
