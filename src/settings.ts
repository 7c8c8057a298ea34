/** Settings as rows of a table: the command line, the variables, the help and the README are read from it alone. */

/** A setting, or a set of them, is wrong; the message is one sentence that says what would be right. Stops the start. */
export class ConfigError extends Error {
  override readonly name = 'ConfigError'
}

/** How the text of a setting becomes a value. */
export interface Kind<T> {
  /** Stands for the value in the help: `N`, `DIR`; empty for a switch, which takes none. */
  readonly placeholder: string
  /** Completes "--flag must be ...". */
  readonly mustBe: string
  /** @returns undefined when the text is no such value */
  readonly parse: (text: string) => T | undefined
  /** May be given several times; the texts are joined with commas. */
  readonly isList?: true
}

/** One row. Its flag is its key in the table, with dashes: `tlsCert` is `--tls-cert` and `CALGATE_TLS_CERT`. */
export interface Setting<T> {
  readonly kind: Kind<T>
  /** As the user would write it; undefined: not set. */
  readonly default?: string
  readonly help: string
  /** Takes the value's place in what a program may print. */
  readonly isSecret?: true
}

export type SettingsTable = Readonly<Record<string, Setting<unknown>>>

/** What the rows of a table are read into. */
export type Values<Table extends SettingsTable> = {
  readonly [Key in keyof Table]: Table[Key] extends { readonly kind: Kind<infer T>; readonly default: string } ? T
    : Table[Key] extends { readonly kind: Kind<infer T> } ? T | undefined : never
}

export const flagOf = (key: string): string => `--${key.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`
export const variableOf = (key: string): string => `CALGATE_${key.replace(/[A-Z]/g, (letter) => `_${letter}`).toUpperCase()}`

/** The name by which the user set it, for sentences about its value. */
export function nameGiven(key: string, argv: readonly string[], variables: Readonly<Record<string, string | undefined>>): string {
  const flag = flagOf(key)
  const isFlag = argv.some((word) => word === flag || word.startsWith(`${flag}=`))
  return !isFlag && variables[variableOf(key)] ? variableOf(key) : flag
}

export const text: Kind<string> = { placeholder: 'TEXT', mustBe: 'a text that is not empty', parse: (given) => given || undefined }
export const file: Kind<string> = { ...text, placeholder: 'FILE', mustBe: 'the path of a file' }
export const folder: Kind<string> = { ...text, placeholder: 'DIR', mustBe: 'the path of a folder, or :memory:' }

/** A whole number of a unit, both ends inclusive. */
export function whole(from: number, to: number, unit: string): Kind<number> {
  return {
    placeholder: 'N',
    mustBe: `a whole number${unit === '' ? '' : ` of ${unit}`} from ${from} to ${to}`,
    parse: (given) => (/^\d{1,15}$/.test(given) && Number(given) >= from && Number(given) <= to ? Number(given) : undefined),
  }
}

export function oneOf<const Word extends string>(...words: readonly Word[]): Kind<Word> {
  return { placeholder: words.join('|'), mustBe: `one of ${words.join(', ')}`, parse: (given) => words.find((word) => word === given) }
}

export const webAddress: Kind<URL> = {
  placeholder: 'URL',
  mustBe: 'an address that begins with http:// or https://',
  parse: (given) => {
    const url = URL.parse(given)
    return url !== null && /^https?:$/.test(url.protocol) && url.username === '' ? url : undefined
  },
}

/** On when given. As a variable: `1`, `true`, `yes`, or `0`, `false`, `no`. */
export const toggle: Kind<boolean> = {
  placeholder: '',
  mustBe: 'yes or no',
  parse: (given) => (/^(1|true|yes)$/i.test(given) ? true : /^(0|false|no)$/i.test(given) ? false : undefined),
}

/** A comma list; the flag may be given several times. */
export const list: Kind<readonly string[]> = {
  placeholder: 'A,B',
  mustBe: 'a list with commas between',
  parse: (given) => given.split(',').map((each) => each.trim()).filter((each) => each !== ''),
  isList: true,
}

/**
 * Reads the command line and the variables; a flag wins over its variable, and a variable that is empty counts as not set.
 * @throws ConfigError for the first thing that is wrong
 */
export function readSettings<const Table extends SettingsTable>(table: Table, argv: readonly string[],
  variables: Readonly<Record<string, string | undefined>>): Values<Table> {
  const given = readFlags(table, argv)
  const values = Object.entries(table).map(([key, setting]) => {
    const fromFlag = given.get(key)
    if (fromFlag !== undefined) return [key, parsed(setting, flagOf(key), fromFlag)]
    const fromVariable = variables[variableOf(key)] || undefined
    if (fromVariable !== undefined) return [key, parsed(setting, variableOf(key), fromVariable)]
    return [key, setting.default === undefined ? undefined : parsed(setting, flagOf(key), setting.default)]
  })
  return Object.fromEntries(values) as Values<Table>
}

function parsed(setting: Setting<unknown>, source: string, value: string): unknown {
  const result = setting.kind.parse(value)
  if (result !== undefined) return result
  throw new ConfigError(`${source} must be ${setting.kind.mustBe}${setting.isSecret === true ? '' : `, and not "${value}"`}.`)
}

/** Flag texts by key. `--flag value` and `--flag=value` are the same. */
function readFlags(table: SettingsTable, argv: readonly string[]): ReadonlyMap<string, string> {
  const keys = new Map(Object.keys(table).map((key) => [flagOf(key), key]))
  const found = new Map<string, string>()
  for (let at = 0; at < argv.length; at += 1) {
    const [flag = '', inline] = splitOnce(argv[at] ?? '')
    const key = keys.get(flag)
    const setting = key === undefined ? undefined : table[key]
    if (key === undefined || setting === undefined) throw new ConfigError(unknownFlag(flag, [...keys.keys()]))
    const isSwitch = setting.kind.placeholder === ''
    const value = inline ?? (isSwitch ? 'yes' : argv[at += 1])
    if (value === undefined || (inline === undefined && !isSwitch && keys.has(value))) throw new ConfigError(`${flag} needs a value: ${setting.kind.mustBe}.`)
    const before = found.get(key)
    if (before !== undefined && setting.kind.isList !== true) throw new ConfigError(`${flag} is given twice, and must be given once.`)
    found.set(key, before === undefined ? value : `${before},${value}`)
  }
  return found
}

function splitOnce(argument: string): readonly [string, string | undefined] {
  const at = argument.startsWith('--') ? argument.indexOf('=') : -1
  return at < 0 ? [argument, undefined] : [argument.slice(0, at), argument.slice(at + 1)]
}

function unknownFlag(flag: string, known: readonly string[]): string {
  if (!flag.startsWith('-')) return `"${flag}" stands where a setting is expected; settings begin with two dashes, and --help lists them.`
  const near = known.find((each) => distance(each, flag) <= 2)
  return `There is no setting ${flag}${near === undefined ? '; --help lists them all' : `; did you mean ${near}?`}`.replace(/([^?])$/, '$1.')
}

/** Levenshtein's: how many letters have to be put in, left out or changed. */
function distance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, index) => index)
  for (const [i, letter] of [...a].entries()) {
    const next = [i + 1]
    for (const [j, other] of [...b].entries()) {
      next.push(Math.min((row[j + 1] ?? 0) + 1, (next[j] ?? 0) + 1, (row[j] ?? 0) + (letter === other ? 0 : 1)))
    }
    row = next
  }
  return row[b.length] ?? 0
}

const usageOf = (key: string, { kind }: Setting<unknown>): string => `${flagOf(key)}${kind.placeholder === '' ? '' : ` ${kind.placeholder}`}`
/** What holds when nothing is given; empty for switches, which are then off, and where there is nothing to tell. */
const standardOf = ({ kind, default: standard = '' }: Setting<unknown>): string => (kind.placeholder === '' ? '' : standard)

/** The rows as `--help` shows them: two columns, with a long usage on a line of its own. */
export function helpOf(table: SettingsTable): string {
  const column = 30
  return Object.entries(table).map(([key, setting]) => {
    const usage = `  ${usageOf(key, setting)}`
    const standard = standardOf(setting)
    const explained = `${setting.help.replaceAll('`', '')}${standard === '' ? '' : ` [${standard}]`}`
    return usage.length < column ? usage.padEnd(column) + explained : `${usage}\n${' '.repeat(column)}${explained}`
  }).join('\n')
}

/** The rows as a Markdown table, for the README. */
export function markdownOf(table: SettingsTable): string {
  const cell = (content: string): string => content.replaceAll('|', '\\|')
  const rows = Object.entries(table).map(([key, setting]) => {
    const standard = standardOf(setting)
    return `| \`${cell(usageOf(key, setting))}\` | \`${variableOf(key)}\` | ${standard === '' ? '' : `\`${standard}\``} | ${cell(setting.help)} |`
  })
  return ['| setting | variable | default | |', '| --- | --- | --- | --- |', ...rows].join('\n')
}
