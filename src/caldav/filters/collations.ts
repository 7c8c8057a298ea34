/** The collations of text-match (RFC 4791 §7.5), as rows: the filter looks them up here, supported-collation-set is read from here. */

/** Brings a text to the form in which two texts are compared by octets. */
type Fold = (text: string) => string

const folds: Readonly<Record<string, Fold>> = {
  'i;ascii-casemap': (text) => text.replace(/[A-Z]+/g, (letters) => letters.toLowerCase()),
  'i;octet': (text) => text,
  'i;unicode-casemap': foldUnicode,
}

/** Names of the collations that text-match knows; the first one counts where none is named (RFC 4791 §9.7.5). */
export const collations: readonly string[] = Object.keys(folds)

/**
 * A test whether a value holds the text.
 *
 * @param collation  one of {@link collations} or `default` (RFC 4790 §3.1); patterns are not allowed (RFC 4791 §7.5)
 * @returns          undefined for a collation that is not known
 */
export function substringTest(collation: string, text: string): ((value: string) => boolean) | undefined {
  const name = collation === 'default' ? collations[0] : collation.toLowerCase()
  const fold = name !== undefined && Object.hasOwn(folds, name) ? folds[name] : undefined
  if (fold === undefined) return undefined
  const wanted = fold(text)
  return (value) => fold(value).includes(wanted)
}

/** RFC 5051 §2: every character to its single titlecase form, then decomposed. Characters whose mapping is several characters stay. */
function foldUnicode(text: string): string {
  return Array.from(text, single).join('').normalize('NFKD')
}

function single(character: string): string {
  const upper = character.toUpperCase()
  return Array.from(upper).length === 1 ? upper : character
}
