/** Values of the type TEXT (RFC 5545 §3.3.11). */

/** Undoes the escapes in one pass. A backslash before any other character is dropped, as most programs do. */
export function unescapeText(value: string): string {
  return value.includes('\\') ? value.replace(/\\(.)/gsu, (_pair, escaped: string) => (escaped === 'n' || escaped === 'N' ? '\n' : escaped)) : value
}

/** A URI (RFC 5545 §3.3.13) has no escapes, but some programs write it like text; a backslash is never part of one (RFC 3986 §2). */
export function parseUri(value: string): string {
  return value.trim().replace(/\\([,;])/g, '$1')
}

const special = /[\\;,\r\n]/

/** All line ends become `\n`. */
export function escapeText(text: string): string {
  return special.test(text) ? text.replace(/\r\n?|[\\;,\n]/g, escapeOf) : text
}

function escapeOf(found: string): string {
  return found === '\n' || found.startsWith('\r') ? '\\n' : `\\${found}`
}
