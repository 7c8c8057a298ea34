import { describe, expect, test } from 'vitest'
import { colorIdOf, colorNameOf, foregroundFor } from '../../../../src/backends/google/members/colors.ts'

const ids = Array.from({ length: 11 }, (_, at) => String(at + 1))

describe('COLOR and colorId (RFC 7986 §5.9)', () => {
  test.each(ids)('colour %s has a name of its own that comes back as it', (id) => {
    expect(colorIdOf(colorNameOf(id) ?? '')).toBe(id)
  })

  test('no two colours share a name', () => {
    expect(new Set(ids.map(colorNameOf)).size).toBe(11)
  })

  test.each([['red', '11'], ['tomato', '4'], ['DarkGreen', '10'], ['blue', '9'], ['white', '8'], ['gold', '5'], ['turquoise', '7'], ['black', '10']])('%s is nearest to %s', (name, id) => {
    expect(colorIdOf(name)).toBe(id)
  })

  test.each(['', 'reddish', '#ff0000', '__proto__'])('"%s" is no colour name', (name) => {
    expect(colorIdOf(name)).toBeUndefined()
  })

  test('an id that is not documented has no name', () => {
    expect(colorNameOf('12')).toBeUndefined()
  })

  test.each([['#ffffff', '#000000'], ['#000000', '#ffffff'], ['#0b8043', '#ffffff'], ['#f6bf26', '#000000']])('text on %s is %s', (background, foreground) => {
    expect(foregroundFor(background)).toBe(foreground)
  })
})
