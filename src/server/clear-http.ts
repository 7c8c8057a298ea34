/** Which requests came to the gateway unread by others: over TLS of our own, or through a proxy that is listed and says so. */

import { BlockList, isIP } from 'node:net'

/** How a request came in. `peer` is the other end of the connection, without the `::ffff:` of a mapped IPv4 address. */
export interface Arrival {
  readonly isEncrypted: boolean
  readonly peer: string | undefined
}

/** @param socket of the request, also the stand-in for it that HTTP/2 has */
export function arrivalOn(socket: { readonly encrypted?: boolean; readonly remoteAddress?: string | undefined } | undefined): Arrival {
  return { isEncrypted: socket?.encrypted === true, peer: socket?.remoteAddress?.replace(/^::ffff:(?=\d+\.)/i, '') }
}

/** Whether an address belongs to a listed proxy. */
export type ProxyList = (peer: string | undefined) => boolean

/**
 * @param ranges CIDR ranges or single addresses, e.g. `10.0.0.0/8`, `::1`
 * @throws Error with a sentence that names the first one that is neither
 */
export function proxyList(ranges: readonly string[]): ProxyList {
  const list = new BlockList()
  for (const range of ranges) add(list, range)
  return (peer) => peer !== undefined && isIP(peer) !== 0 && list.check(peer, familyOf(peer))
}

function add(list: BlockList, range: string): void {
  const [address = '', prefix, ...rest] = range.split('/')
  const bits = isIP(address) === 4 ? 32 : 128
  const length = prefix === undefined ? bits : Number(prefix)
  const isRange = isIP(address) !== 0 && rest.length === 0 && /^\d+$/.test(prefix ?? '0') && length <= bits
  if (!isRange) throw new Error(`"${range}" is not an address range`)
  list.addSubnet(address, length, familyOf(address))
}

const familyOf = (address: string): 'ipv4' | 'ipv6' => (isIP(address) === 4 ? 'ipv4' : 'ipv6')

/**
 * @param forwardedProto the header `X-Forwarded-Proto`; each proxy on the way may have added its word, and all must be `https`
 */
export function isConfidential(arrival: Arrival, forwardedProto: string | undefined, isProxy: ProxyList): boolean {
  if (arrival.isEncrypted) return true
  const hops = (forwardedProto ?? '').split(',').map((hop) => hop.trim().toLowerCase())
  return isProxy(arrival.peer) && hops.every((hop) => hop === 'https')
}
