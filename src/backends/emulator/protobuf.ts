/** The two field kinds of protocol buffers that the service's tokens are made of: varints and strings. Shape only, for the look of tokens. */

export type Field = number | string

/** @param fields by field number; numbers are whole and not negative @returns base64url with padding, as the service writes tokens */
export function encodeToken(fields: ReadonlyMap<number, Field>): string {
  const bytes = [...fields].flatMap(([number, value]) => typeof value === 'number'
    ? [...varint(number * 8), ...varint(value)]
    : withLength(number, Buffer.from(value, 'utf8')))
  const text = Buffer.from(bytes).toString('base64url')
  return text.padEnd(Math.ceil(text.length / 4) * 4, '=')
}

function withLength(number: number, text: Buffer): number[] {
  return [...varint(number * 8 + 2), ...varint(text.length), ...text]
}

function varint(value: number): number[] {
  const out: number[] = []
  let rest = value
  for (; rest >= 128; rest = Math.floor(rest / 128)) out.push((rest % 128) | 128)
  return [...out, rest]
}

/** @returns undefined for anything that {@link encodeToken} did not write */
export function decodeToken(token: string): ReadonlyMap<number, Field> | undefined {
  if (token === '' || !/^[A-Za-z0-9_-]+={0,2}$/.test(token)) return undefined
  const bytes = Buffer.from(token, 'base64url')
  const fields = new Map<number, Field>()
  for (let at = 0; at < bytes.length;) {
    const key = readVarint(bytes, at)
    const value = key && readVarint(bytes, key.next)
    if (!key || !value) return undefined
    const isText = key.value % 8 === 2
    if (!isText && key.value % 8 !== 0) return undefined
    const end = isText ? value.next + value.value : value.next
    if (end > bytes.length) return undefined
    fields.set(Math.floor(key.value / 8), isText ? bytes.toString('utf8', value.next, end) : value.value)
    at = end
  }
  return fields
}

function readVarint(bytes: Uint8Array, from: number): { value: number; next: number } | undefined {
  let value = 0
  for (let at = from, scale = 1; at < bytes.length && at < from + 8; at += 1, scale *= 128) {
    const byte = bytes[at] ?? 0
    value += (byte & 127) * scale
    if (byte < 128) return { value, next: at + 1 }
  }
  return undefined
}
