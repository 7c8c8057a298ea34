/** Octets as letters and digits that every part of a URL takes (RFC 4648 §7), in lower case and without padding. */

const digits = '0123456789abcdefghijklmnopqrstuv'

export function encodeBase32Hex(bytes: Uint8Array): string {
  let text = ''
  let value = 0
  let bits = 0
  for (const byte of bytes) {
    value = ((value << 8) | byte) & 0xfff
    bits += 8
    while (bits >= 5) {
      bits -= 5
      text += digits[(value >> bits) & 31]
    }
  }
  return bits > 0 ? text + digits[(value << (5 - bits)) & 31] : text
}

/** @returns undefined for anything that {@link encodeBase32Hex} does not write */
export function decodeBase32Hex(text: string): Uint8Array | undefined {
  const bytes: number[] = []
  let value = 0
  let bits = 0
  for (const digit of text) {
    const five = digits.indexOf(digit)
    if (five < 0) return undefined
    value = ((value << 5) | five) & 0xfff
    bits += 5
    if (bits >= 8) {
      bits -= 8
      bytes.push((value >> bits) & 255)
    }
  }
  const decoded = Uint8Array.from(bytes)
  return encodeBase32Hex(decoded) === text ? decoded : undefined
}
