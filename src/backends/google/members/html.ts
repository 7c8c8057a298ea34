/**
 * Descriptions: Google keeps one text, as HTML or not, with no mark that tells which. What looks like HTML is shown as readable text
 * beside the HTML; what a client wrote as text comes back as that text.
 *
 * All functions take time linear in their input.
 */

const knownTags = new Set((
  'a abbr address article b big blockquote body br caption center code col colgroup dd del div dl dt em font footer h1 h2 h3 h4 h5 h6 '
  + 'head header hr html html-blob i img ins li link main meta ol p pre s section small span strike strong style sub sup table tbody '
  + 'td tfoot th thead title tr tt u ul wbr'
).split(' '))
const blocks = new Set((
  'address article blockquote body caption center dd div dl dt footer h1 h2 h3 h4 h5 h6 header hr html-blob main ol p pre section '
  + 'table tr ul'
).split(' '))
const hidden = new Set(['head', 'style', 'title', 'script'])
const entities: Readonly<Record<string, string>> = {
  amp: '&', lt: '<', gt: '>', quot: '"', apos: "'", nbsp: ' ', hellip: '…', ndash: '–', mdash: '—', lsquo: '‘', rsquo: '’',
  ldquo: '“', rdquo: '”', bull: '•', copy: '©', reg: '®', trade: '™', euro: '€', middot: '·', laquo: '«', raquo: '»',
  auml: 'ä', ouml: 'ö', uuml: 'ü', Auml: 'Ä', Ouml: 'Ö', Uuml: 'Ü', szlig: 'ß', eacute: 'é', egrave: 'è', agrave: 'à', ccedil: 'ç',
}
/** A tag holds no `<`, so that a run of `<` is passed over once. */
const token = /<(\/?)([A-Za-z][A-Za-z0-9-]{0,20})((?:\s|\/)[^<>]{0,8192})?>|<!--[^<>]{0,8192}-->|&(#x?[0-9A-Fa-f]{1,6}|[A-Za-z]{2,8});/g

/** Whether a reader would take this for HTML: at least one known tag or one entity. */
export function looksLikeHtml(text: string): boolean {
  if (!text.includes('<') && !text.includes('&')) return false
  for (const [, , tag, , entity] of text.matchAll(token)) {
    if (tag !== undefined && knownTags.has(tag.toLowerCase())) return true
    if (entity !== undefined && decodeEntity(entity) !== undefined) return true
  }
  return false
}

/**
 * Readable text of a description: line breaks where HTML has blocks and breaks, `- ` before list points, the address behind a link
 * whose text is another. Words that only look like tags stay.
 */
export function textOfHtml(html: string): string {
  const out = new TextBuilder()
  let from = 0
  for (const match of html.matchAll(token)) {
    out.text(html.slice(from, match.index))
    from = match.index + match[0].length
    readToken(match, out)
  }
  out.text(html.slice(from))
  return out.finish()
}

function readToken(match: RegExpExecArray, out: TextBuilder): void {
  const [whole, slash, name, attributes, entity] = match
  if (entity !== undefined) return out.text(decodeEntity(entity) ?? whole)
  if (name === undefined) return
  const tag = name.toLowerCase()
  if (!knownTags.has(tag) && !hidden.has(tag)) return out.text(whole)
  if (hidden.has(tag)) return out.hide(tag, slash === '')
  if (tag === 'a') return slash === '' ? out.openLink(hrefOf(attributes ?? '')) : out.closeLink()
  if (tag === 'br') return out.lineBreak()
  if (tag === 'li') return slash === '' ? out.point() : undefined
  if (tag === 'td' || tag === 'th') return slash === '' ? undefined : out.text(' ')
  if (blocks.has(tag)) out.block(tag === 'p')
}

function hrefOf(attributes: string): string | undefined {
  const match = /\shref\s*=\s*(?:"([^"]*)"|'([^']*)'|([^\s"']+))/i.exec(attributes)
  const value = match?.[1] ?? match?.[2] ?? match?.[3]
  return value?.replace(/&(#x?[0-9A-Fa-f]{1,6}|[A-Za-z]{2,8});/g, (whole, entity: string) => decodeEntity(entity) ?? whole)
}

function decodeEntity(entity: string): string | undefined {
  if (!entity.startsWith('#')) return Object.hasOwn(entities, entity) ? entities[entity] : undefined
  const code = /^#x/i.test(entity) ? Number.parseInt(entity.slice(2), 16) : Number.parseInt(entity.slice(1), 10)
  const isCharacter = code === 9 || code === 10 || (code >= 32 && code <= 0x10ffff && !(code >= 0xd800 && code <= 0xdfff))
  return isCharacter ? String.fromCodePoint(code) : undefined
}

/**
 * Gathers text. A `<br>` is exactly one line break, wherever it stands; blocks and raw line ends only see to it that there is a break
 * between two pieces of text, and the blanks behind them are indentation of the source.
 */
class TextBuilder {
  readonly #parts: string[] = []
  /** Line breaks before the next text: by `<br>`, by blocks, and by line ends in the source since the last tag. */
  #hard = 0
  #block = 0
  #soft = 0
  #isEmpty = true
  #hiddenBy: string | undefined
  #link: { readonly href: string | undefined; readonly from: number } | undefined

  text(text: string): void {
    if (this.#hiddenBy !== undefined) return
    text.split(/\r\n|\r|\n/).forEach((line, at) => {
      if (at > 0) this.#soft += 1
      this.#line(line)
    })
  }

  #line(line: string): void {
    const shown = this.#block + this.#soft > 0 ? line.replace(/^[ \t]+/, '') : line
    if (shown === '') return
    this.#parts.push('\n'.repeat(this.#isEmpty ? this.#hard : Math.max(this.#hard, this.#block, this.#soft)), shown)
    this.#hard = this.#block = this.#soft = 0
    this.#isEmpty = false
  }

  lineBreak(): void {
    if (this.#hiddenBy !== undefined) return
    this.#hard += 1
    this.#soft = 0
  }

  block(isParagraph: boolean): void {
    this.#block = Math.max(this.#block, isParagraph ? 2 : 1)
    this.#soft = 0
  }

  point(): void {
    this.block(false)
    this.text('- ')
  }

  hide(tag: string, isOpen: boolean): void {
    if (isOpen) this.#hiddenBy ??= tag
    else if (this.#hiddenBy === tag) this.#hiddenBy = undefined
  }

  openLink(href: string | undefined): void {
    this.#link = { href, from: this.#parts.length }
  }

  closeLink(): void {
    const link = this.#link
    this.#link = undefined
    if (link?.href === undefined || !/^(https?|mailto|tel):/i.test(link.href)) return
    const shown = this.#parts.slice(link.from).join('').trim()
    const address = link.href.replace(/^(mailto|tel):/i, '')
    if (shown !== link.href && shown !== address) this.text(shown === '' ? link.href : ` <${link.href}>`)
  }

  finish(): string {
    return this.#parts.join('') + '\n'.repeat(this.#hard)
  }
}

/**
 * What to store so that a client's text comes back as the same text: the text itself, or the text as HTML where a reader would take
 * it for HTML (`a <b> c`, `&amp;`).
 */
export function storedText(text: string): string {
  return looksLikeHtml(text) ? escapeHtml(text) : text
}

function escapeHtml(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replace(/\r\n|\r|\n/g, '<br>')
}
