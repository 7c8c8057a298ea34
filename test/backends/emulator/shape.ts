/** Compares a body with a recorded one: kind of each value, presence and order of members, and the form of texts. */

const forms: readonly (readonly [string, RegExp])[] = [
  ['event etag or entry etag', /^"\d{16,17}"$/],
  ['rule etag', /^"\d{20}"$/],
  ['list etag', /^"p3[0-9a-v]{14}"$/],
  ['hash etag', /^"[A-Za-z0-9_-]{27}"$/],
  ['seconds', /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.000Z$/],
  ['milliseconds', /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/],
  ['UTC time', /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/],
  ['time with offset', /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d[+-]\d\d:\d\d$/],
  ['date', /^\d{4}-\d\d-\d\d$/],
  ['micros', /^\d{20}$/],
  ['millis as text', /^\d{13}$/],
  ['new UID', /^[0-9a-v]{26}@google\.com$/],
  ['calendar id', /^(?:c_[0-9a-f]{64}|[0-9a-v]{26})@group\.calendar\.google\.com$/],
  ['address', /^[^\s@]+@[^\s@]+$/],
  ['event link', /^https:\/\/www\.google\.com\/calendar\/event\?eid=[A-Za-z0-9_-]+$/],
  ['rule', /^RRULE:/],
  ['colour', /^#[0-9a-f]{6}$/],
  ['new id', /^[0-9a-v]{26}$/],
  ['instance id', /^[0-9a-v]{26}_\d{8}(T\d{6}Z)?$/],
  ['foreign id', /^_[0-9a-v]+$/],
  ['token', /^[A-Za-z0-9_-]{20,}={0,2}$/],
]

/** `created` and `updated` are told apart by name: a round millisecond is possible. */
function formOf(text: string, name: string): string {
  if (name === 'updated') return 'milliseconds'
  return forms.find(([, form]) => form.test(text))?.[0] ?? 'text'
}

/**
 * Lists the differences, each as a path with what was recorded and what was given; empty when the shapes are the same.
 * @param order whether the members must come in the recorded order
 */
export function shapeDifferences(recorded: unknown, given: unknown, order: 'same' | 'any' = 'same', path = ''): string[] {
  const name = path.split('.').at(-1) ?? ''
  if (Array.isArray(recorded)) {
    if (!Array.isArray(given)) return [`${path}: no array`]
    if (recorded.length > 0 && given.length === 0) return [`${path}: empty`]
    return given.flatMap((each, index) => recorded.length === 0 ? [] : shapeDifferences(recorded[Math.min(index, recorded.length - 1)], each, order, `${path}.${index}`))
  }
  if (typeof recorded === 'object' && recorded !== null) return objectDifferences(recorded as object, given, order, path)
  if (typeof recorded !== typeof given) return [`${path}: ${typeof recorded} recorded, ${typeof given} given`]
  if (typeof recorded !== 'string' || typeof given !== 'string') return []
  const [was, is] = [formOf(recorded, name), formOf(given, name)]
  const isFree = ['summary', 'description', 'location', 'id'].includes(name) && was === 'text'
  return was === is || isFree ? [] : [`${path}: form "${was}" recorded (${recorded}), "${is}" given (${given})`]
}

function objectDifferences(recorded: object, given: unknown, order: 'same' | 'any', path: string): string[] {
  if (typeof given !== 'object' || given === null || Array.isArray(given)) return [`${path}: no object`]
  const [was, is] = [Object.keys(recorded), Object.keys(given)]
  const missing = was.filter((name) => !is.includes(name)).map((name) => `${path}.${name}: missing`)
  const extra = is.filter((name) => !was.includes(name)).map((name) => `${path}.${name}: not recorded`)
  const common = was.filter((name) => is.includes(name))
  const isReordered = order === 'same' && common.join() !== is.filter((name) => was.includes(name)).join()
  const inside = common.flatMap((name) =>
    shapeDifferences((recorded as Record<string, unknown>)[name], (given as Record<string, unknown>)[name], order, `${path}.${name}`))
  return [...missing, ...extra, ...(isReordered ? [`${path}: members in another order: ${is.join(', ')}`] : []), ...inside]
}
