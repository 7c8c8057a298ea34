import { describe, expect, test } from 'vitest'
import { arrivalOn, isConfidential, proxyList } from '../../src/server/clear-http.ts'

const isProxy = proxyList(['10.0.0.0/8', '2001:db8::/32', '192.0.2.1'])

describe('trusted proxies', () => {
  test.each([
    ['10.1.2.3', true], ['11.0.0.1', false], ['192.0.2.1', true], ['192.0.2.2', false],
    ['2001:db8::5', true], ['2001:db9::5', false], [undefined, false], ['somewhere', false],
  ])('%s is in the list: %s', (peer, expected) => { expect(isProxy(peer)).toBe(expected) })

  test('nobody is when the list is empty', () => { expect(proxyList([])('127.0.0.1')).toBe(false) })

  test.each(['10.0.0.0/33', 'proxy.test', '10.0.0.0/8/8', '10.0.0.0/x', '10.0.0.0/', '::/129'])('%s is not a range', (range) => {
    expect(() => proxyList(['127.0.0.1', range])).toThrow(`"${range}" is not an address range`)
  })
})

describe('a request is confidential', () => {
  const clear = (peer: string) => ({ isEncrypted: false, peer })
  test.each([
    ['over TLS, whoever the peer is and whatever it says', { isEncrypted: true, peer: '203.0.113.9' }, 'http', true],
    ['in clear from a listed proxy that says https', clear('10.1.2.3'), 'https', true],
    ['the word in another case', clear('10.1.2.3'), 'HTTPS', true],
    ['all hops said https', clear('10.1.2.3'), 'https, https', true],
    ['one hop was in clear', clear('10.1.2.3'), 'https, http', false],
    ['a listed proxy that says http', clear('10.1.2.3'), 'http', false],
    ['a listed proxy that says nothing', clear('10.1.2.3'), undefined, false],
    ['somebody else who says https', clear('203.0.113.9'), 'https', false],
  ])('%s', (_title, arrival, proto, expected) => { expect(isConfidential(arrival, proto, isProxy)).toBe(expected) })
})

test('an IPv4 peer of an IPv6 socket is known by its IPv4 address', () => {
  expect(arrivalOn({ remoteAddress: '::ffff:10.0.0.1' })).toEqual({ isEncrypted: false, peer: '10.0.0.1' })
  expect(arrivalOn({ encrypted: true, remoteAddress: '::1' })).toEqual({ isEncrypted: true, peer: '::1' })
})
