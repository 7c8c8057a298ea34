/**
 * Sockets: one port speaks TLS with HTTP/1.1 and HTTP/2, and clear HTTP/1.1 beside it, because the clear request of a listed proxy
 * is served and anybody else's is answered. Knows nothing of what the requests mean.
 */

import { createServer as createHttpServer, type IncomingMessage, type Server as HttpServer, type ServerResponse } from 'node:http'
import { createSecureServer, type Http2SecureServer, type ServerHttp2Session } from 'node:http2'
import { type AddressInfo, createServer as createNetServer, type Server as NetServer, type Socket } from 'node:net'
import type { Duplex } from 'node:stream'
import { getRequestListener } from '@hono/node-server'
import type { KeyedCertificate } from './certificate.ts'

export type Fetch = (request: Request, bindings: object) => Response | Promise<Response>

type Allow = (target: string) => string

export interface ListenOptions {
  readonly fetch: Fetch
  /** Addresses to listen on, all on the same port. */
  readonly hosts: readonly string[]
  /** 0: any free one. */
  readonly port: number
  /** What `Allow` says at a request target to a method that HTTP does not know; the parser lets none through. */
  readonly allow?: Allow
}

export interface Listener {
  readonly port: number
  /** For renewed certificates: new connections are given this one. */
  useCertificate(certificate: KeyedCertificate): void
  /** Takes no more connections, lets the requests under way end, and cuts off those that have not after the grace time. */
  close(graceMs: number): Promise<void>
}

const timeouts = {
  /** For the first byte of a connection, and for the TLS handshake. */
  handshakeMs: 15_000,
  headersTimeout: 15_000,
  requestTimeout: 60_000,
  /** Longer than a program's pause between two steps: one that finds its connection closed under its hands fails (tsdav). */
  keepAliveTimeout: 75_000,
  connectionsCheckingInterval: 5_000,
} as const
const IDLE_SESSION_MS = 300_000
const MAX_HEADER_BYTES = 16_384

type HttpLikeServer = HttpServer | Http2SecureServer

/** @throws the errors of node:net, e.g. EADDRINUSE, and of node:tls for certificates that cannot be used */
export async function listenTls(certificate: KeyedCertificate, options: ListenOptions): Promise<Listener> {
  const http = { ...timeouts, maxHeaderSize: MAX_HEADER_BYTES }
  const clear = createHttpServer(http)
  const secure = createSecureServer({
    ...http, allowHTTP1: true, handshakeTimeout: timeouts.handshakeMs, key: certificate.key, cert: certificate.certificate,
  })
  const hub = new Hub([clear, secure], options)
  const port = await hub.listen(options, (socket) => { sortByFirstByte(socket, clear, secure) })
  return {
    port,
    useCertificate: ({ key, certificate: cert }) => { secure.setSecureContext({ key, cert }) },
    close: (graceMs) => hub.close(graceMs),
  }
}

/** Clear HTTP/1.1, for loopback only. */
export async function listenClear(options: ListenOptions): Promise<Omit<Listener, 'useCertificate'>> {
  const clear = createHttpServer({ ...timeouts, maxHeaderSize: MAX_HEADER_BYTES })
  const hub = new Hub([clear], options)
  const port = await hub.listen(options, (socket) => { clear.emit('connection', socket) })
  return { port, close: (graceMs) => hub.close(graceMs) }
}

/** RFC 8446 §5.1: a TLS connection begins with a handshake record, whose first byte is 22. */
function sortByFirstByte(socket: Socket, clear: HttpServer, secure: Http2SecureServer): void {
  socket.setTimeout(timeouts.handshakeMs, () => socket.destroy())
  socket.once('readable', () => {
    const first = socket.read() as Buffer | null
    if (first === null) return void socket.destroy()  // closed without a word
    socket.setTimeout(0)
    socket.removeAllListeners('timeout')
    socket.unshift(first)
    const server = first[0] === 22 ? secure : clear
    server.emit('connection', socket)
  })
}

const ignore = (): void => {}

/** Several listening sockets that feed one or two HTTP servers, which do not listen themselves, and the end of all that. */
class Hub {
  readonly #servers: readonly HttpLikeServer[]
  readonly #listening: NetServer[] = []
  readonly #sockets = new Set<Socket>()
  readonly #sessions = new Set<ServerHttp2Session>()
  #requestsUnderWay = 0
  #isClosing = false

  constructor(servers: readonly HttpLikeServer[], { fetch, allow }: ListenOptions) {
    this.#servers = servers
    const listener = getRequestListener(fetch, { hostname: 'localhost' })
    for (const server of servers) this.#prepare(server, listener, allow)
  }

  #prepare(server: HttpLikeServer, listener: ReturnType<typeof getRequestListener>, allow: Allow | undefined): void {
    const onRequest = (incoming: IncomingMessage, outgoing: ServerResponse): void => {
      if (namesTwoHosts(incoming)) return void outgoing.writeHead(400, { 'Content-Length': 0, 'Connection': 'close' }).end()
      if (incoming.url === '*') incoming.url = '/'    // OPTIONS * asks about the server as a whole (RFC 9110 §9.3.7)
      if (this.#isClosing && incoming.httpVersionMajor === 1) outgoing.setHeader('Connection', 'close')
      this.#requestsUnderWay += 1
      outgoing.once('close', () => { this.#requestsUnderWay -= 1 })
      void listener(incoming, outgoing)
    }
    const target = server as HttpServer
    target.on('request', onRequest)
    target.on('checkContinue', onRequest)             // the app says when it wants the body
    target.on('connect', (_, outgoing: Duplex | ServerResponse) => { refuseConnect(outgoing, allow?.('/')) })
    target.on('clientError', (error, socket) => { refuse(error, socket, allow) })
    ;(server as Http2SecureServer).on('session', (session) => { this.#keep(session) })
    // NOTE: Node begins to watch over the header and request timeouts at this event, and these servers never listen themselves.
    target.emit('listening')
  }

  #keep(session: ServerHttp2Session): void {
    this.#sessions.add(session)
    session.once('close', () => this.#sessions.delete(session))
    session.setTimeout(IDLE_SESSION_MS, () => { session.close() })
  }

  async listen({ hosts, port }: ListenOptions, onConnection: (socket: Socket) => void): Promise<number> {
    let bound = port
    for (const host of hosts) {
      try {
        bound = await this.#listenOn(host, bound, onConnection)
      } catch (error) {
        const isAbsent = /^(EADDRNOTAVAIL|EAFNOSUPPORT)$/.test((error as NodeJS.ErrnoException).code ?? '')
        if (isAbsent && host !== hosts[0]) continue   // a machine without IPv6 is served by IPv4 alone
        await this.close(0)
        throw error
      }
    }
    return bound
  }

  #listenOn(host: string, port: number, onConnection: (socket: Socket) => void): Promise<number> {
    const server = createNetServer({ noDelay: true }, (socket) => {
      this.#sockets.add(socket)
      socket.on('error', ignore)                      // a client that goes away is no failure of ours
      socket.once('close', () => this.#sockets.delete(socket))
      onConnection(socket)
    })
    this.#listening.push(server)
    return new Promise((resolve, reject) => {
      server.once('error', reject)
      server.listen(port, host, () => { resolve((server.address() as AddressInfo).port) })
    })
  }

  async close(graceMs: number): Promise<void> {
    this.#isClosing = true
    for (const server of this.#listening) server.close()
    await new Promise<void>((resolve) => { this.#whenEmpty(performance.now() + graceMs, resolve) })
    for (const server of this.#servers) server.close()
  }

  /**
   * Looks again and again, since Node tells of no moment at which a kept-alive connection falls idle. It also counts one that never
   * asked as busy, so the requests are counted here; one look more lets the last answer leave.
   */
  #whenEmpty(until: number, done: () => void, wasIdle = false): void {
    for (const session of this.#sessions) if (!session.closed) session.close()
    for (const server of this.#servers) (server as HttpServer).closeIdleConnections()
    const isIdle = this.#requestsUnderWay === 0
    const isOver = (isIdle && wasIdle) || performance.now() >= until
    for (const socket of this.#sockets) if (isOver || socket.bytesRead === 0) socket.destroy()
    if (this.#sockets.size === 0) done()
    else setTimeout(() => { this.#whenEmpty(until, done, isIdle) }, 20)
  }
}

/** RFC 9112 §3.2: a request with more than one Host is refused, also where they agree. Node passes on the first one. */
function namesTwoHosts({ httpVersionMajor, rawHeaders }: IncomingMessage): boolean {
  return httpVersionMajor === 1 && rawHeaders.filter((name, index) => index % 2 === 0 && name.toLowerCase() === 'host').length > 1
}

/** What the HTTP parser refuses never becomes a request. */
const refusals: Readonly<Record<string, string>> = {
  HPE_HEADER_OVERFLOW: '431 Request Header Fields Too Large',
  HPE_CHUNK_EXTENSIONS_OVERFLOW: '413 Content Too Large',
  ERR_HTTP_REQUEST_TIMEOUT: '408 Request Timeout',
}

interface ParserError extends NodeJS.ErrnoException {
  /** What came last from the client, and how far in it the parser came. */
  readonly rawPacket?: Buffer
  readonly bytesParsed?: number
}

function refuse(error: ParserError, socket: Duplex, allow: Allow | undefined): void {
  const isHttp = /^(HPE|ERR_HTTP)_/.test(error.code ?? '')     // else the connection or the TLS handshake failed, and nobody would read an answer
  if (!isHttp || !socket.writable) return void socket.destroy()
  if (error.code !== 'HPE_INVALID_METHOD') return end(socket, refusals[error.code ?? ''] ?? '400 Bad Request', undefined)
  const target = targetIn(error)
  end(socket, target === undefined ? '400 Bad Request' : '405 Method Not Allowed', target === undefined ? undefined : allow?.(target))
}

/** Of the request line at which the parser stopped. @returns undefined for noise */
function targetIn({ rawPacket, bytesParsed = 0 }: ParserError): string | undefined {
  const text = rawPacket?.toString('latin1') ?? ''
  return /^[\w-]+ (\S+) HTTP\//.exec(text.slice(text.lastIndexOf('\n', bytesParsed - 1) + 1))?.[1]
}

/** Node hands CONNECT over apart, since it would make the connection a tunnel: as a socket, or over HTTP/2 as a response. */
function refuseConnect(outgoing: Duplex | ServerResponse, allow: string | undefined): void {
  if ('writeHead' in outgoing) outgoing.writeHead(405, allow === undefined ? {} : { Allow: allow }).end()
  else end(outgoing, '405 Method Not Allowed', allow)
}

function end(socket: Duplex, status: string, allow: string | undefined): void {
  const allowed = allow === undefined ? '' : `Allow: ${allow}\r\n`
  socket.end(`HTTP/1.1 ${status}\r\n${allowed}Content-Length: 0\r\nConnection: close\r\n\r\n`, () => socket.destroy())
}
