/** Any event of the service, as another program of the user may have made it, with members that no client is told of. */

import fc from 'fast-check'

const link = fc.record({ fileUrl: fc.webUrl(), title: fc.string({ minLength: 1 }), mimeType: fc.constant('text/plain'), iconLink: fc.webUrl() })
const properties = fc.dictionary(fc.stringMatching(/^[a-zA-Z]{1,20}$/), fc.string({ minLength: 1, maxLength: 50 }), { minKeys: 1, maxKeys: 3 })

/** Whose calendar the events are in: one of the guest lists names it. */
export const rowOwner = 'anna@example.com'

/** All but the times; names of members are the service's. */
export const rows = fc.record({
  summary: fc.string({ minLength: 1, unit: 'grapheme' }),
  description: fc.constantFrom('plain', '<b>bold</b> text', 'a &amp; b<br>c', 'a < b', '<p>One</p><p>Two</p>', 'two\nlines', '<ul><li>x</li></ul>'),
  location: fc.string({ minLength: 1 }),
  colorId: fc.integer({ min: 1, max: 11 }).map(String),
  visibility: fc.constantFrom('public', 'private', 'confidential'),
  transparency: fc.constantFrom('opaque', 'transparent'),
  status: fc.constantFrom('confirmed', 'tentative'),
  guestsCanInviteOthers: fc.constant(false),
  guestsCanModify: fc.constant(true),
  guestsCanSeeOtherGuests: fc.constant(false),
  extendedProperties: fc.record({ private: properties, shared: properties }),
  source: fc.record({ url: fc.webUrl(), title: fc.string({ minLength: 1 }) }),
  attachments: fc.array(link, { minLength: 1, maxLength: 3 }),
  conferenceData: fc.constant({
    conferenceId: 'abc-defg-hij', notes: 'Bring tea', conferenceSolution: { key: { type: 'addOn' }, name: 'Some Meet', iconUri: 'https://example.com/i.png' },
    entryPoints: [
      { entryPointType: 'video', uri: 'https://meet.example.com/abc', label: 'meet.example.com/abc', meetingCode: '123', passcode: 'x' },
      { entryPointType: 'phone', uri: 'tel:+49-30-123', label: '+49 30 123', pin: '99' },
      { entryPointType: 'more', uri: 'https://tel.example.com/abc', pin: '99' },
    ],
  }),
  reminders: fc.constantFrom({ useDefault: true }, { useDefault: false, overrides: [{ method: 'email', minutes: 30 }] }, { useDefault: false }),
  attendees: fc.constantFrom(
    [{ email: 'ben@example.com', displayName: 'Ben', comment: 'Fine', additionalGuests: 1, responseStatus: 'accepted' }],
    [{ email: 'ben@example.com', optional: true }, { email: 'room@example.com', resource: true, responseStatus: 'accepted' }],
    [{ email: rowOwner, responseStatus: 'accepted' }, { email: 'cleo@example.org' }],
  ),
}, { requiredKeys: ['summary'] })

/** `start` and `end`: two zones, UTC without a length, days. */
export const rowTimes = fc.constantFrom(
  { start: { dateTime: '2026-03-10T12:00:00', timeZone: 'Europe/Berlin' }, end: { dateTime: '2026-03-10T13:00:00', timeZone: 'Europe/Berlin' } },
  { start: { dateTime: '2026-03-10T12:00:00', timeZone: 'America/New_York' }, end: { dateTime: '2026-03-11T10:00:00', timeZone: 'Asia/Tokyo' } },
  { start: { dateTime: '2026-03-10T12:00:00Z', timeZone: 'UTC' }, end: { dateTime: '2026-03-10T12:00:00Z', timeZone: 'UTC' } },
  { start: { date: '2026-03-10' }, end: { date: '2026-03-12' } },
)

/** All leaves by path; lists are leaves. */
function leaves(value: unknown, path = ''): Map<string, unknown> {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return new Map([[path, JSON.stringify(value)]])
  return new Map(Object.entries(value).flatMap(([name, member]) => [...leaves(member, path === '' ? name : `${path}.${name}`)]))
}

/** What the service itself changes with any change; a link names the first instance. And the note of who was told of the change. */
const versions = ['etag', 'updated', 'sequence', 'htmlLink', 'extendedProperties.private.calgateSent']

/** @returns paths of the members that differ between two states of a row, but for those allowed and all below them */
export function touched(before: unknown, after: unknown, allowed: readonly string[] = []): readonly string[] {
  const [old, now] = [leaves(before), leaves(after)]
  return [...new Set([...old.keys(), ...now.keys()])]
    .filter((name) => old.get(name) !== now.get(name) && ![...versions, ...allowed].some((prefix) => name === prefix || name.startsWith(`${prefix}.`)))
}
