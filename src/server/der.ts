/** Writes the few DER types that a certificate is made of (ITU-T X.690 §8 to §11). Every function returns one whole tag-length-value. */

const tagged = (tag: number, content: Uint8Array): Buffer =>
  Buffer.concat([Uint8Array.of(tag), lengthOctets(content.length), content])

/** X.690 §10.1: the shortest form. */
function lengthOctets(length: number): Uint8Array {
  if (length < 0x80) return Uint8Array.of(length)
  const octets = unsigned(BigInt(length))
  return Uint8Array.of(0x80 | octets.length, ...octets)
}

function unsigned(value: bigint): Uint8Array {
  const hex = value.toString(16)
  return Buffer.from(hex.padStart(hex.length + (hex.length % 2), '0'), 'hex')
}

export const sequence = (...parts: readonly Uint8Array[]): Buffer => tagged(0x30, Buffer.concat(parts))
export const set = (...parts: readonly Uint8Array[]): Buffer => tagged(0x31, Buffer.concat(parts))
export const boolean = (value: boolean): Buffer => tagged(0x01, Uint8Array.of(value ? 0xff : 0))
export const octetString = (content: Uint8Array): Buffer => tagged(0x04, content)
export const utf8String = (text: string): Buffer => tagged(0x0c, Buffer.from(text, 'utf8'))

/** @param value not negative */
export function integer(value: bigint): Buffer {
  const octets = unsigned(value)
  const needsSign = (octets[0] ?? 0) >= 0x80
  return tagged(0x02, needsSign ? Buffer.concat([Uint8Array.of(0), octets]) : octets)
}

/** @param unusedBits how many of the last octet's low bits do not count */
export const bitString = (content: Uint8Array, unusedBits = 0): Buffer =>
  tagged(0x03, Buffer.concat([Uint8Array.of(unusedBits), content]))

/** @param dotted e.g. `2.5.29.17` */
export function objectIdentifier(dotted: string): Buffer {
  const [first = 0, second = 0, ...rest] = dotted.split('.').map(Number)
  return tagged(0x06, Uint8Array.from([first * 40 + second, ...rest].flatMap(base128)))
}

function base128(arc: number): readonly number[] {
  const octets = [arc & 0x7f]
  for (let left = arc >>> 7; left > 0; left >>>= 7) octets.unshift(0x80 | (left & 0x7f))
  return octets
}

/** `[number]` of a context, around whole elements. */
export const explicit = (number: number, ...parts: readonly Uint8Array[]): Buffer => tagged(0xa0 | number, Buffer.concat(parts))
/** `[number]` of a context, in place of a primitive type's own tag. */
export const implicit = (number: number, content: Uint8Array): Buffer => tagged(0x80 | number, content)

/** RFC 5280 §4.1.2.5: UTCTime up to 2049, GeneralizedTime from 2050; whole seconds. */
export function time(at: Date): Buffer {
  const digits = at.toISOString().replace(/\.\d+/, '').replace(/[-:T]/g, '')
  return at.getUTCFullYear() < 2050 ? tagged(0x17, Buffer.from(digits.slice(2))) : tagged(0x18, Buffer.from(digits))
}
