/** Expanded XML names of the vocabularies that calendar programs use. */

/** A namespace and a local name. Compare by {@link clark}, never by prefix. */
export interface Name {
  readonly namespace: string
  readonly local: string
}

export const DAV = 'DAV:'
export const CALDAV = 'urn:ietf:params:xml:ns:caldav'
export const CALENDARSERVER = 'http://calendarserver.org/ns/'
export const APPLE_ICAL = 'http://apple.com/ns/ical/'

export const dav = (local: string): Name => ({ namespace: DAV, local })
export const caldav = (local: string): Name => ({ namespace: CALDAV, local })
export const calendarserver = (local: string): Name => ({ namespace: CALENDARSERVER, local })
export const appleIcal = (local: string): Name => ({ namespace: APPLE_ICAL, local })

/** James Clark's notation, `{namespace}local`: a name as a map key. */
export const clark = (name: Name): string => `{${name.namespace}}${name.local}`
export const sameName = (a: Name, b: Name): boolean => a.local === b.local && a.namespace === b.namespace
