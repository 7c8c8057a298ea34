/** Tables in Markdown, and how figures stand in them. An undefined figure could not be told. */

/** A figure that misses the aim in the column behind it (`≤ 0.5`, `≥ 4`) is bold. */
export function table(heads: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]): string => `| ${heads.map((_, index) => (misses(cells[index], heads[index + 1] === 'aim' ? cells[index + 1] : undefined) ? `**${cells[index]}**` : cells[index] ?? '')).join(' | ')} |`
  return [line(heads), `| --- |${heads.slice(1).map(() => ' ---: |').join('')}`, ...rows.map(line)].join('\n')
}

function misses(figure = '', aim = ''): boolean {
  const [, sign, bound] = /^([≤≥]) ([\d.]+)$/.exec(aim) ?? []
  if (figure === '' || sign === undefined) return false
  return sign === '≤' ? Number(figure) > Number(bound) : Number(figure) < Number(bound)
}

/** How many figures of tables miss their aims. */
export const missedIn = (tables: string): number => (tables.match(/\| \*\*/g) ?? []).length

const isTold = (value: number | undefined): value is number => value !== undefined && Number.isFinite(value)

/** Milliseconds with three significant digits at most. */
export function ms(value: number | undefined): string {
  return isTold(value) ? value.toFixed(Math.abs(value) < 1 ? 2 : Math.abs(value) < 100 ? 1 : 0) : ''
}

/** A whole number, in groups of three. */
export function whole(value: number | undefined): string {
  return isTold(value) ? Math.round(value).toString().replace(/\B(?=(\d{3})+$)/g, ' ') : ''
}

export function ratio(value: number | undefined, to: number | undefined): string {
  if (!isTold(value) || !isTold(to) || to === 0) return ''
  const quotient = value / to
  return `${quotient >= 10 ? quotient.toFixed(0) : quotient >= 1 ? quotient.toFixed(1) : quotient.toFixed(2)}`
}
