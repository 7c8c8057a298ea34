/** Characters in XML 1.0: which are allowed, how they are escaped on the way out and read back from references. */

/** Everything outside the production Char of XML 1.0 §2.2. */
const forbidden = /[^\t\n\r\u0020-\uD7FF\uE000-\uFFFD\u{10000}-\u{10FFFF}]/u
const forbiddenAll = new RegExp(forbidden.source, 'gu')
/** Surrogates in pairs first, each pair being one character: with the flag `u` the engine looks for them in every text. */
const toEscapeInText = /[\uD800-\uDBFF][\uDC00-\uDFFF]|[^\t\n\u0020-\u0025\u0027-\u003B\u003D\u003F-\u007E]/g
/** Texts of which nothing has to be escaped: most, which is seen in half the time that it takes to look for each such character. */
const plain = /^[\t\n\u0020-\u0025\u0027-\u003B\u003D\u003F-\u007E]*$/
const toEscapeInAttribute = /[\uD800-\uDBFF][\uDC00-\uDFFF]|[^\u0020\u0021\u0023-\u0025\u0027-\u003B\u003D\u003F-\u007E]/g
const references = /&(?:#([0-9]{1,12})|#x([0-9A-Fa-f]{1,12})|(amp|lt|gt|quot|apos));|&/g

const named: Readonly<Record<string, string>> = { amp: '&', lt: '<', gt: '>', quot: '"', apos: "'" }
/** The letters of Western languages are among them. */
const escapes: ReadonlyMap<string, string> = new Map([
  ...Array.from({ length: 256 }, (_, code) => [String.fromCharCode(code), referenceTo(code)] as const),
  ['&', '&amp;'], ['<', '&lt;'], ['>', '&gt;'], ['"', '&quot;'],
])

/** The first character that XML 1.0 forbids, as `U+0000`; undefined if there is none. */
export function forbiddenCharacter(text: string): string | undefined {
  const found = forbidden.exec(text)?.[0]
  return found === undefined ? undefined : `U+${found.codePointAt(0)!.toString(16).toUpperCase().padStart(4, '0')}`
}

/**
 * Text as content of an element, all in ASCII: a client decodes network chunks one by one (Thunderbird 153), so no character may
 * take more than one byte. A carriage return is written as a reference, since a reader turns a bare one into a line feed
 * (XML 1.0 §2.11). What XML forbids, lone surrogates among it, is left out.
 */
export function escapeText(text: string): string {
  return plain.test(text) ? text : text.replace(toEscapeInText, escapeCharacter)
}

/** The same for the value of an attribute between double quotes; tab and line feed are references too (XML 1.0 §3.3.3). */
export function escapeAttribute(text: string): string {
  return text.replace(toEscapeInAttribute, escapeCharacter)
}

function escapeCharacter(character: string): string {
  return escapes.get(character) ?? referenceTo(character.codePointAt(0)!)
}

function referenceTo(code: number): string {
  return isAllowed(code) ? `&#${code};` : ''
}

/** Escaped text with the characters beyond ASCII as themselves, for the readers that leave numeric references as they are. */
export function withoutReferences(escaped: string): string {
  return escaped.replace(/&#([0-9]{3,7});/g, (reference, code: string) => (Number(code) < 0x80 ? reference : String.fromCodePoint(Number(code))))
}

/** Undoes the numeric and the five named references (XML 1.0 §4.1, §4.6). @returns undefined when there is any other one */
export function decodeReferences(text: string): string | undefined {
  if (!text.includes('&')) return text
  let isSound = true
  const decoded = text.replace(references, (_, decimal?: string, hexadecimal?: string, name?: string) => {
    if (name !== undefined) return named[name]!
    const character = characterOf(decimal === undefined ? Number.parseInt(hexadecimal ?? '', 16) : Number(decimal))
    isSound &&= character !== undefined
    return character ?? ''
  })
  return isSound ? decoded : undefined
}

function characterOf(code: number): string | undefined {
  return code <= 0x10FFFF && isAllowed(code) ? String.fromCodePoint(code) : undefined
}

/** XML 1.0 §2.2 */
function isAllowed(code: number): boolean {
  return code >= 0x20 ? code < 0xD800 || (code >= 0xE000 && code !== 0xFFFE && code !== 0xFFFF) : code === 0x9 || code === 0xA || code === 0xD
}

/** A sentence made fit to stand in an XML comment, in ASCII (`RFC 5545 section 3.1`): no `--`, no `-` at the end (XML 1.0 §2.5), no line breaks. */
export function commentText(sentence: string): string {
  return sentence.replace(forbiddenAll, '').replace(/§/g, 'section ').replace(/\s+/g, ' ').replace(/[^\u0020-\u007E]/gu, '?').replace(/-(?=-|$)/g, '- ').trimEnd()
}
