/** Values of the type TEXT (RFC 5545 §3.3.11). */

/** Undoes the escapes in one pass. A backslash before any other character is dropped, as most programs do. */
export function unescapeText(value: string): string {
  let at = value.indexOf('\\')
  if (at < 0) return value
  let text = ''
  let from = 0
  for (; at >= 0 && at + 1 < value.length; at = value.indexOf('\\', at + 2)) {
    const isLineBreak = value[at + 1] === 'n' || value[at + 1] === 'N'
    text += isLineBreak ? `${value.slice(from, at)}\n` : value.slice(from, at)
    from = isLineBreak ? at + 2 : at + 1
  }
  return text + value.slice(from)
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
