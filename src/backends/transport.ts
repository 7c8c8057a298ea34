/** How an adapter reaches its REST service: a function, so that the network, the embedded emulator and recorded exchanges are interchangeable. */

import { promisify } from 'node:util'
import { constants, gunzip, gunzipSync } from 'node:zlib'

export interface RestRequest {
  readonly method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE'
  /** Absolute. */
  readonly url: string
  readonly headers: Readonly<Record<string, string>>
  readonly body?: string
  readonly signal?: AbortSignal
  /** Told how the body of a 200 begins while the rest is still on its way, by a transport that can; no more than a hint, as the answer may yet fail. */
  readonly onBeginning?: (text: string) => void
}

export interface RestResponse {
  readonly status: number
  /** Names in lower case. */
  readonly headers: Readonly<Record<string, string>>
  readonly body: string
}

/** @throws TransportError when no whole answer came; any status that did come is a response, not an error */
export type Transport = (request: RestRequest) => Promise<RestResponse>

/** No whole answer came: the address cannot be reached, it took too long, or it was too long. Says nothing of whether the call was carried out. */
export class TransportError extends Error {
  override readonly name = 'TransportError'
  readonly kind: 'timeout' | 'connection' | 'too-large' | 'aborted'

  constructor(kind: TransportError['kind'], message: string, cause?: unknown) {
    super(message, cause === undefined ? undefined : { cause })
    this.kind = kind
  }
}

export interface NetworkOptions {
  /** Connections to one service at most. */
  readonly connections?: number
  /** For a whole call; the first bytes may take as long. */
  readonly timeoutMs?: number
  /** Of one answer, after it is unpacked. */
  readonly maxResponseBytes?: number
}

/** Calls over the network. Connections are kept open for the next call, and closed by the end of the process. */
export function networkTransport({ connections = 16, timeoutMs = 30_000, maxResponseBytes = 128 * 1024 * 1024 }: NetworkOptions = {}): Transport {
  // Loaded by the first call: it takes longer than all else that a start needs, and the embedded backend does without it.
  const load = async () => {
    const { Agent, request } = await import('undici')
    const agent = new Agent({
      connections, connect: { timeout: Math.min(timeoutMs, 10_000) }, headersTimeout: timeoutMs, bodyTimeout: timeoutMs,
      maxResponseSize: maxResponseBytes, allowH2: false,
    })
    return { agent, send: request }
  }
  let loading: ReturnType<typeof load> | undefined
  return async ({ method, url, headers, body, signal, onBeginning }) => {
    const { agent, send } = await (loading ??= load())
    const timeout = AbortSignal.timeout(timeoutMs)
    try {
      const response = await send(url, {
        dispatcher: agent, method, body: body ?? null, signal: signal ? AbortSignal.any([signal, timeout]) : timeout,
        // Google packs its answers only for a user agent that says so (Calendar API v3, "Performance tips").
        headers: { 'accept-encoding': 'gzip', 'user-agent': 'calgate (gzip)', ...headers },
      })
      const { statusCode: status, headers: { 'content-encoding': encoding } } = response
      const bytes = await collect(response.body, (first) => { if (status === 200) onBeginning?.(beginningOf(first, encoding)) })
      return { status, headers: flatten(response.headers), body: await unpack(bytes, encoding, maxResponseBytes) }
    } catch (error) {
      throw toTransportError(error, signal?.aborted === true)
    }
  }
}

async function collect(body: AsyncIterable<Buffer>, onFirst: (first: Buffer) => void): Promise<Buffer> {
  const pieces: Buffer[] = []
  for await (const piece of body) {
    if (pieces.length === 0) onFirst(piece)
    pieces.push(piece)
  }
  return Buffer.concat(pieces)
}

/** Of what is sent; packed ones are some kilobytes of text. */
const beginningBytes = 1024

/** @returns '' where it cannot be read */
function beginningOf(first: Buffer, encoding: string | string[] | undefined): string {
  const bytes = first.subarray(0, beginningBytes)
  if (encoding !== 'gzip') return bytes.toString('utf8')
  try {
    return gunzipSync(bytes, { finishFlush: constants.Z_SYNC_FLUSH }).toString('utf8')
  } catch {
    return ''
  }
}

const gunzipAsync = promisify(gunzip)

async function unpack(bytes: Buffer, encoding: string | string[] | undefined, maxOutputLength: number): Promise<string> {
  return (encoding === 'gzip' ? await gunzipAsync(bytes, { maxOutputLength }) : bytes).toString('utf8')
}

function flatten(headers: Readonly<Record<string, string | string[] | undefined>>): Readonly<Record<string, string>> {
  return Object.fromEntries(Object.entries(headers).map(([name, value]) => [name.toLowerCase(), Array.isArray(value) ? value.join(', ') : (value ?? '')]))
}

const kinds: Readonly<Record<string, TransportError['kind']>> = {
  UND_ERR_HEADERS_TIMEOUT: 'timeout', UND_ERR_BODY_TIMEOUT: 'timeout', UND_ERR_CONNECT_TIMEOUT: 'timeout', TimeoutError: 'timeout',
  UND_ERR_RES_EXCEEDED_MAX_SIZE: 'too-large', ERR_BUFFER_TOO_LARGE: 'too-large',
}

function toTransportError(error: unknown, isAborted: boolean): TransportError {
  const { code, name, message } = error as { code?: unknown; name?: unknown; message?: unknown }
  const kind = isAborted ? 'aborted' : (kinds[String(code)] ?? kinds[String(name)] ?? 'connection')
  return new TransportError(kind, `the backend gave no answer (${kind}): ${String(message)}`, error)
}
