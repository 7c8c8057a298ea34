/**
 * Strings that are held for long, in as little memory as can be. The engine keeps what was put together as a tree of its pieces, and
 * takes two bytes for each character of a string that has, or once had, one beyond Latin-1.
 */

/** The same text in one piece. */
export function compact<T extends string>(text: T): T {
  return (/[^\u0000-\u00ff]/.test(text) ? text : inOnePiece(text)) as T
}

/** The same value: what is beyond Latin-1 is written as escapes of JSON. */
export function compactJson(json: string): string {
  if (!/[^\u0000-\u00ff]/.test(json)) return json
  return inOnePiece(json.replace(/[^\u0000-\u00ff]/g, (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`))
}

const inOnePiece = (latin: string): string => Buffer.from(latin, 'latin1').toString('latin1')
