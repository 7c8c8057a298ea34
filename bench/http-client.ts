/** A client that costs little: one HTTP/1.1 connection, one request at a time (RFC 9112). */

import { connect as connectTcp, type Socket } from 'node:net'
import { connect as connectTls } from 'node:tls'

export interface Target {
  readonly port: number
  /** The certificate authority in PEM; undefined: in clear. */
  readonly authority: string | undefined
}

export interface Request {
  readonly method: string
  readonly path: string
  readonly headers?: Readonly<Record<string, string>>
  readonly body?: string
}

export interface Answer {
  readonly status: number
  /** Names in lower case. */
  readonly headers: ReadonlyMap<string, string>
  /** Octets as characters. */
  readonly body: string
}

export interface Connection {
  send(request: Request): Promise<Answer>
  close(): void
}

/** A server that closes after each answer, as HTTP/1.0 does, is connected to again for the next request. */
export async function open(target: Target): Promise<Connection> {
  let socket = await connect(target)
  let reader = new AnswerReader(socket)
  return {
    async send({ method, path, headers = {}, body = '' }) {
      if (reader.isOver) {
        socket.destroy()
        socket = await connect(target)
        reader = new AnswerReader(socket)
      }
      const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}\r\n`).join('')
      const answer = reader.next(method === 'HEAD')
      socket.write(`${method} ${path} HTTP/1.1\r\nHost: localhost\r\n${lines}Content-Length: ${Buffer.byteLength(body)}\r\n\r\n${body}`)
      return answer
    },
    close: () => { socket.destroy() },
  }
}

async function connect({ port, authority }: Target): Promise<Socket> {
  const socket = authority === undefined ? connectTcp(port, '127.0.0.1') : connectTls({ port, host: '127.0.0.1', servername: 'localhost', ca: authority })
  await new Promise<void>((resolve, reject) => { socket.once(authority === undefined ? 'connect' : 'secureConnect', resolve).once('error', reject) })
  return socket.setNoDelay(true)
}

type Waiting = { readonly resolve: (answer: Answer) => void; readonly reject: (error: Error) => void; readonly isHead: boolean }

/** Reads one answer after the other. What has been read of a body is never looked at twice. */
class AnswerReader {
  #pending: Buffer = Buffer.alloc(0)
  #waiting: Waiting | undefined
  #head: Omit<Answer, 'body'> | undefined
  #pieces: Buffer[] = []
  /** Octets of the body, or of the chunk, that are still to come; -1: a chunk's size is next; Infinity: all until the connection closes. */
  #left = 0
  #isChunked = false
  /** The connection is of no more use. */
  isOver = false

  constructor(socket: Socket) {
    socket.on('data', (data: Buffer) => { this.#read(data) })
    socket.on('error', (error) => { this.#fail(error) })
    socket.on('close', () => { this.#fail(new Error('the connection was closed')) })
  }

  next(isHead: boolean): Promise<Answer> {
    return new Promise((resolve, reject) => { this.#waiting = { resolve, reject, isHead } })
  }

  #fail(error: Error): void {
    this.isOver = true
    if (this.#head !== undefined && this.#left === Infinity) return this.#finish()
    this.#waiting?.reject(error)
    this.#waiting = undefined
  }

  #read(data: Buffer): void {
    this.#pending = this.#pending.length === 0 ? data : Buffer.concat([this.#pending, data])
    if (this.#head === undefined && !this.#readHead()) return
    while (this.#isChunked ? this.#readChunk() : this.#readPlain());
  }

  #readHead(): boolean {
    const end = this.#pending.indexOf('\r\n\r\n')
    if (end < 0) return false
    const [first = '', ...lines] = this.#pending.toString('latin1', 0, end).split('\r\n')
    this.#pending = this.#pending.subarray(end + 4)
    const headers = new Map<string, string>()
    for (const line of lines) {
      const [name, value] = [line.slice(0, line.indexOf(':')).toLowerCase(), line.slice(line.indexOf(':') + 1).trim()]
      const known = headers.get(name)
      headers.set(name, known === undefined ? value : `${known}, ${value}`)
    }
    const status = Number(first.split(' ')[1])
    if (status === 100) return this.#readHead()
    this.#head = { status, headers }
    this.isOver ||= headers.get('connection')?.toLowerCase() === 'close' || first.startsWith('HTTP/1.0')
    const isEmpty = this.#waiting?.isHead === true || status === 204 || status === 304
    this.#isChunked = !isEmpty && headers.get('transfer-encoding') === 'chunked'
    this.#left = this.#isChunked ? -1 : isEmpty ? 0 : Number(headers.get('content-length') ?? (this.isOver ? Infinity : 0))
    return true
  }

  /** @returns whether there may be more to read */
  #readPlain(): boolean {
    this.#take()
    if (this.#left === 0) this.#finish()
    return false
  }

  #readChunk(): boolean {
    if (this.#left === -1) {
      const end = this.#pending.indexOf('\r\n')
      if (end < 0) return false
      this.#left = Number.parseInt(this.#pending.toString('latin1', 0, end), 16)
      if (this.#left === 0) {
        if (this.#pending.length < end + 4) { this.#left = -1; return false }
        this.#pending = this.#pending.subarray(end + 4)
        this.#finish()
        return false
      }
      this.#pending = this.#pending.subarray(end + 2)
      this.#left += 2                                 // the line end behind the chunk
    }
    const hadTwo = this.#left
    this.#take()
    if (this.#left > 0) return hadTwo !== this.#left && this.#pending.length > 0
    const last = this.#pieces.pop()!
    if (last.length >= 2) this.#pieces.push(last.subarray(0, -2))
    else {                                            // the line end itself was cut in two
      const before = this.#pieces.pop()!
      this.#pieces.push(before.subarray(0, -1))
    }
    this.#left = -1
    return this.#pending.length > 0
  }

  #take(): void {
    const piece = this.#pending.subarray(0, this.#left)
    this.#pending = this.#pending.subarray(piece.length)
    this.#left -= piece.length
    if (piece.length > 0) this.#pieces.push(piece)
  }

  #finish(): void {
    const answer: Answer = { ...this.#head!, body: Buffer.concat(this.#pieces).toString('latin1') }
    this.#head = undefined
    this.#pieces = []
    const waiting = this.#waiting
    this.#waiting = undefined
    waiting?.resolve(answer)
  }
}
