/** The palette of the service: 24 calendar colours and 11 event colours, unchanged since 2012. */

const onPalette = '#1d1d1d'
/** What stands on a calendar's colour in list entries; the palette itself says another. */
const onEntry = '#000000'

const calendarBackgrounds = [
  '#ac725e', '#d06b64', '#f83a22', '#fa573c', '#ff7537', '#ffad46', '#42d692', '#16a765', '#7bd148', '#b3dc6c', '#fbe983', '#fad165',
  '#92e1c0', '#9fe1e7', '#9fc6e7', '#4986e7', '#9a9cff', '#b99aff', '#c2c2c2', '#cabdbf', '#cca6ac', '#f691b2', '#cd74e6', '#a47ae2',
]
const eventBackgrounds = [
  '#a4bdfc', '#7ae7bf', '#dbadff', '#ff887c', '#fbd75b', '#ffb878', '#46d6db', '#e1e1e1', '#5484ed', '#51b749', '#dc2127',
]

const palette = (backgrounds: readonly string[]): object =>
  Object.fromEntries(backgrounds.map((background, index) => [index + 1, { background, foreground: onPalette }]))

/** The body of colors.get. */
export const colorsBody = {
  kind: 'calendar#colors', updated: '2012-02-14T00:00:00.000Z', calendar: palette(calendarBackgrounds), event: palette(eventBackgrounds),
}

export const isEventColor = (id: string): boolean => eventBackgrounds[Number(id) - 1] !== undefined && String(Number(id)) === id

export interface EntryColor {
  readonly colorId: string
  readonly backgroundColor: string
  readonly foregroundColor: string
}

/** @returns undefined for ids outside 1..24 */
export function entryColor(colorId: string): EntryColor | undefined {
  const backgroundColor = calendarBackgrounds[Number(colorId) - 1]
  return backgroundColor === undefined ? undefined : { colorId, backgroundColor, foregroundColor: onEntry }
}

/** The palette's colour nearest to an RGB one, which itself is kept. @param background `#rrggbb` */
export function rgbColor(background: string, foreground: string): EntryColor {
  const distances = calendarBackgrounds.map((known) => distance(known, background))
  const nearest = distances.indexOf(Math.min(...distances))
  return { colorId: String(nearest + 1), backgroundColor: background.toLowerCase(), foregroundColor: foreground.toLowerCase() }
}

function distance(a: string, b: string): number {
  return [1, 3, 5].reduce((sum, at) => sum + (parseInt(a.slice(at, at + 2), 16) - parseInt(b.slice(at, at + 2), 16)) ** 2, 0)
}
