/**
 * What is kept, changed and refused: the table of the README. Every sentence has bodies that `kept.test.ts` sends through the gateway,
 * so that none can be said that is not so.
 */

/** One body and what becomes of it. */
export interface Trial {
  /** Lines of the VEVENT; UID, DTSTAMP and where missing DTSTART are added. */
  readonly sends: readonly string[]
  /** Further VEVENTs of the object. */
  readonly others?: readonly (readonly string[])[]
  /** Components and properties that stand beside the VEVENTs. */
  readonly beside?: readonly string[]
  /** Members of the service's row, nested. */
  readonly stores?: object
  /** Lines that a client reads, unfolded. */
  readonly reads?: readonly string[]
  /** What stands nowhere in what a client reads. */
  readonly lacks?: readonly string[]
  /** The precondition that refuses it, in place of all that. */
  readonly refused?: string
}

export interface KeptRow {
  /** iCalendar names. */
  readonly properties: string
  /** Where the service has it. */
  readonly as: string
  readonly kept: readonly Trial[]
  /** What is not kept as it was sent, in one phrase each. */
  readonly changed: readonly (readonly [phrase: string, ...trials: Trial[]])[]
}

const guest = (parameters: string): string => `ATTENDEE${parameters}:mailto:ben@example.com`
const organized = 'ORGANIZER:mailto:anna@example.com'

/** Guests need an organizer, who is the calendar itself here. */
const invited = (parameters: string, ...reads: readonly string[]): Trial =>
  ({ sends: [organized, guest(parameters)], reads: reads.map((each) => `ATTENDEE;${each}:mailto:ben@example.com`) })

const required = 'CUTYPE=INDIVIDUAL;ROLE=REQ-PARTICIPANT'
const unanswered = 'PARTSTAT=NEEDS-ACTION;RSVP=TRUE'

const alarm = (...lines: readonly string[]): readonly string[] => ['BEGIN:VALARM', ...lines, 'END:VALARM']
const display = (trigger: string): readonly string[] => alarm('ACTION:DISPLAY', 'DESCRIPTION:Soon', trigger)
const weekly = ['DTSTART;TZID=Europe/Berlin:20260310T090000', 'DTEND;TZID=Europe/Berlin:20260310T100000', 'RRULE:FREQ=WEEKLY;COUNT=4'] as const

export const keptRows: readonly KeptRow[] = [
  {
    properties: 'UID', as: '`iCalUID`',
    kept: [{ sends: ['UID:a-b@example.com'], stores: { iCalUID: 'a-b@example.com' }, reads: ['UID:a-b@example.com'] }],
    changed: [['longer than 639 bytes: refused', { sends: [`UID:${'x'.repeat(640)}`], refused: 'valid-calendar-object-resource' }]],
  },
  {
    properties: 'SUMMARY, LOCATION', as: '`summary`, `location`',
    kept: [{ sends: ['SUMMARY:Größe\\, 会議', 'LOCATION:Room\\; 1'], stores: { summary: 'Größe, 会議', location: 'Room; 1' }, reads: ['SUMMARY:Größe\\, 会議', 'LOCATION:Room\\; 1'] }],
    changed: [],
  },
  {
    properties: 'DESCRIPTION, X-ALT-DESC', as: '`description`',
    kept: [
      { sends: ['DESCRIPTION:One\\nTwo'], stores: { description: 'One\nTwo' }, reads: ['DESCRIPTION:One\\nTwo'], lacks: ['X-ALT-DESC'] },
      { sends: ['DESCRIPTION:a &amp\\; <b>'], reads: ['DESCRIPTION:a &amp\\; <b>'] },
      { sends: ['DESCRIPTION:Hello you', 'X-ALT-DESC;FMTTYPE=text/html:<p>Hello <b>you</b></p>'], stores: { description: '<p>Hello <b>you</b></p>' }, reads: ['DESCRIPTION:Hello you', 'X-ALT-DESC;FMTTYPE=text/html:<p>Hello <b>you</b></p>'] },
    ],
    changed: [
      ['HTML of other words than the text is dropped', { sends: ['DESCRIPTION:New words', 'X-ALT-DESC;FMTTYPE=text/html:<p>Old words</p>'], reads: ['DESCRIPTION:New words'], lacks: ['Old words'] }],
      ['HTML alone is shown as text too', { sends: ['X-ALT-DESC;FMTTYPE=text/html:<p>Only</p>'], reads: ['DESCRIPTION:Only', 'X-ALT-DESC;FMTTYPE=text/html:<p>Only</p>'] }],
    ],
  },
  {
    properties: 'DTSTART, DTEND, DURATION', as: '`start`, `end`',
    kept: [
      { sends: ['DTSTART;VALUE=DATE:20260310', 'DTEND;VALUE=DATE:20260312'], stores: { start: { date: '2026-03-10' }, end: { date: '2026-03-12' } }, reads: ['DTSTART;VALUE=DATE:20260310', 'DTEND;VALUE=DATE:20260312'] },
      { sends: ['DTSTART:20260310T090000Z', 'DTEND:20260310T100000Z'], stores: { start: { timeZone: 'UTC' } }, reads: ['DTSTART:20260310T090000Z', 'DTEND:20260310T100000Z'] },
      {
        sends: ['DTSTART;TZID=Europe/Berlin:20260310T090000', 'DTEND;TZID=America/New_York:20260310T120000'],
        stores: { start: { timeZone: 'Europe/Berlin' }, end: { timeZone: 'America/New_York' } }, reads: ['DTSTART;TZID=Europe/Berlin:20260310T090000', 'DTEND;TZID=America/New_York:20260310T120000'],
      },
      { sends: ['DTSTART:20260310T090000', 'DTEND:20260310T100000'], stores: { start: { timeZone: 'Europe/Berlin' }, extendedProperties: { private: { calgateFloating: '1' } } }, reads: ['DTSTART:20260310T090000', 'DTEND:20260310T100000'] },
    ],
    changed: [
      ['DURATION becomes DTEND', { sends: ['DTSTART:20260310T090000Z', 'DURATION:PT90M'], reads: ['DTEND:20260310T103000Z'], lacks: ['DURATION'] }],
      ['an end without a zone is in that of the start', { sends: ['DTSTART;TZID=America/New_York:20260310T090000', 'DTEND:20260310T100000'], reads: ['DTEND;TZID=America/New_York:20260310T100000'] }],
      ['an end before the start: refused', { sends: ['DTSTART:20260310T090000Z', 'DTEND:20260310T080000Z'], refused: 'valid-calendar-data' }],
    ],
  },
  {
    properties: 'TZID, VTIMEZONE', as: '`timeZone`',
    kept: [{ sends: ['DTSTART;TZID=Asia/Calcutta:20260310T090000'], stores: { start: { timeZone: 'Asia/Calcutta' } }, reads: ['DTSTART;TZID=Asia/Calcutta:20260310T090000'] }, { sends: ['DTSTART;TZID=Asia/Kolkata:20260310T090000'], stores: { start: { timeZone: 'Asia/Kolkata' } }, reads: ['DTSTART;TZID=Asia/Kolkata:20260310T090000', 'TZID:Asia/Kolkata'] }],
    changed: [
      ['other names become those that the IANA has for them now', { sends: ['DTSTART;TZID=India Standard Time:20260310T090000'], stores: { start: { timeZone: 'Asia/Kolkata' } }, reads: ['DTSTART;TZID=Asia/Kolkata:20260310T090000'] }, { sends: ['DTSTART;TZID=W. Europe Standard Time:20260310T090000'], reads: ['DTSTART;TZID=Europe/Berlin:20260310T090000'] },
        { sends: ['DTSTART;TZID=/freeassociation.sourceforge.net/Asia/Tokyo:20260310T090000'], reads: ['DTSTART;TZID=Asia/Tokyo:20260310T090000'] }],
      ['a name that nobody knows, without rules: refused', { sends: ['DTSTART;TZID=Nowhere/Land:20260310T090000'], refused: 'valid-timezone' }],
    ],
  },
  {
    properties: 'RRULE, RDATE, EXDATE', as: '`recurrence`, cancelled instances',
    kept: [
      { sends: [...weekly, 'RDATE;TZID=Europe/Berlin:20260312T090000', 'EXDATE;TZID=Europe/Berlin:20260317T090000'], stores: { recurrence: ['RRULE:FREQ=WEEKLY;COUNT=4', 'RDATE:20260312T080000Z', 'EXDATE:20260317T080000Z'] }, reads: ['RRULE:FREQ=WEEKLY;COUNT=4', 'RDATE;TZID=Europe/Berlin:20260312T090000', 'EXDATE;TZID=Europe/Berlin:20260317T090000'] },
      { sends: ['DTSTART:20260310T090000Z', 'RRULE:FREQ=MONTHLY;BYDAY=MO,TU,WE,TH,FR;BYSETPOS=-1', 'RRULE:FREQ=YEARLY;UNTIL=20300310T090000Z'], reads: ['RRULE:FREQ=MONTHLY;BYDAY=MO,TU,WE,TH,FR;BYSETPOS=-1', 'RRULE:FREQ=YEARLY;UNTIL=20300310T090000Z'] },
    ],
    changed: [
      ['a date as the end of a series of times becomes the end of that day', { sends: ['DTSTART:20260310T090000Z', 'RRULE:FREQ=DAILY;UNTIL=20260312'], reads: ['RRULE:FREQ=DAILY;UNTIL=20260312T235959Z'] }],
      ['a period of another length becomes a changed instance', { sends: ['DTSTART:20260310T090000Z', 'DTEND:20260310T100000Z', 'RDATE;VALUE=PERIOD:20260312T090000Z/PT3H'], reads: ['RDATE:20260312T090000Z', 'RECURRENCE-ID:20260312T090000Z', 'DTEND:20260312T120000Z'] }],
      ['an EXDATE of no instance is dropped', { sends: [...weekly, 'EXDATE;TZID=Europe/Berlin:20260318T090000'], lacks: ['EXDATE'] }],
      ['EXRULE: refused', { sends: [...weekly, 'EXRULE:FREQ=WEEKLY;INTERVAL=2'], refused: 'valid-calendar-data' }],
    ],
  },
  {
    properties: 'RECURRENCE-ID', as: 'instances',
    kept: [{
      sends: weekly, others: [['RECURRENCE-ID;TZID=Europe/Berlin:20260317T090000', 'DTSTART;TZID=Europe/Berlin:20260318T140000', 'DTEND;TZID=Europe/Berlin:20260318T150000', 'SUMMARY:Moved']],
      reads: ['RECURRENCE-ID;TZID=Europe/Berlin:20260317T090000', 'DTSTART;TZID=Europe/Berlin:20260318T140000', 'SUMMARY:Moved'],
    }, {
      sends: ['RECURRENCE-ID:20260317T080000Z', 'DTSTART:20260317T090000Z', 'SUMMARY:Only this one'], stores: { extendedProperties: { private: { calgateInstance: '2026-03-17T08:00:00Z' } } }, reads: ['RECURRENCE-ID:20260317T080000Z', 'SUMMARY:Only this one'],
    }],
    changed: [
      ['an instance with STATUS:CANCELLED becomes an EXDATE', { sends: weekly, others: [['RECURRENCE-ID;TZID=Europe/Berlin:20260317T090000', 'DTSTART;TZID=Europe/Berlin:20260317T090000', 'STATUS:CANCELLED']], reads: ['EXDATE;TZID=Europe/Berlin:20260317T090000'], lacks: ['RECURRENCE-ID'] }],
      ['one that the rule does not make becomes a further date', { sends: weekly, others: [['RECURRENCE-ID;TZID=Europe/Berlin:20260319T090000', 'DTSTART;TZID=Europe/Berlin:20260319T110000', 'SUMMARY:Extra']], reads: ['RDATE;TZID=Europe/Berlin:20260319T090000', 'SUMMARY:Extra'] }],
      ['one that differs in nothing is none', { sends: [...weekly, 'SUMMARY:Same'], others: [['RECURRENCE-ID;TZID=Europe/Berlin:20260317T090000', 'DTSTART;TZID=Europe/Berlin:20260317T090000', 'DTEND;TZID=Europe/Berlin:20260317T100000', 'SUMMARY:Same']], lacks: ['RECURRENCE-ID'] }],
      ['several without their series: refused', { sends: ['RECURRENCE-ID:20260317T080000Z', 'DTSTART:20260317T090000Z'], others: [['RECURRENCE-ID:20260318T080000Z', 'DTSTART:20260318T090000Z']], refused: 'valid-calendar-object-resource' }],
      ['in a copy of somebody else\'s series, one with other guests: refused', {
        sends: [...weekly, 'ORGANIZER:mailto:cleo@example.org', 'ATTENDEE:mailto:anna@example.com'], refused: 'valid-calendar-object-resource',
        others: [['RECURRENCE-ID;TZID=Europe/Berlin:20260317T090000', 'DTSTART;TZID=Europe/Berlin:20260317T110000', 'ORGANIZER:mailto:cleo@example.org', 'ATTENDEE:mailto:anna@example.com', guest('')]],
      }],
      ['RANGE=THISANDFUTURE: refused', { sends: weekly, others: [['RECURRENCE-ID;RANGE=THISANDFUTURE;TZID=Europe/Berlin:20260317T090000', 'DTSTART;TZID=Europe/Berlin:20260317T110000']], refused: 'valid-calendar-object-resource' }],
    ],
  },
  {
    properties: 'STATUS', as: '`status`',
    kept: [{ sends: ['STATUS:TENTATIVE'], stores: { status: 'tentative' }, reads: ['STATUS:TENTATIVE'] }, { sends: [], stores: { status: 'confirmed' }, reads: ['STATUS:CONFIRMED'] }],
    changed: [
      ['CANCELLED is kept beside a free event, as the service deletes what is cancelled', { sends: ['STATUS:CANCELLED', 'TRANSP:OPAQUE'], stores: { status: 'confirmed', transparency: 'transparent' }, reads: ['STATUS:CANCELLED', 'TRANSP:OPAQUE'] }],
      ['of one\'s own meeting with guests: refused, since deleting it is what tells them', { sends: ['STATUS:CANCELLED', organized, guest('')], refused: 'valid-calendar-object-resource' }],
    ],
  },
  {
    properties: 'TRANSP', as: '`transparency`',
    kept: [{ sends: ['TRANSP:TRANSPARENT'], stores: { transparency: 'transparent' }, reads: ['TRANSP:TRANSPARENT'] }, { sends: [], reads: ['TRANSP:OPAQUE'] }], changed: [],
  },
  {
    properties: 'CLASS', as: '`visibility`',
    kept: [{ sends: ['CLASS:PRIVATE'], stores: { visibility: 'private' }, reads: ['CLASS:PRIVATE'] }, { sends: ['CLASS:CONFIDENTIAL'], stores: { visibility: 'confidential' }, reads: ['CLASS:CONFIDENTIAL'] },
      { sends: [...weekly, 'CLASS:PRIVATE'], others: [['RECURRENCE-ID;TZID=Europe/Berlin:20260317T090000', 'DTSTART;TZID=Europe/Berlin:20260317T090000', 'CLASS:PUBLIC']], stores: { visibility: 'public' }, reads: ['CLASS:PUBLIC'] }],
    changed: [
      ['PUBLIC, which is what no CLASS means, leaves the visibility to the calendar, but in an instance of a series that is not public', { sends: ['CLASS:PUBLIC'], lacks: ['CLASS'] }],
      ['other values become PRIVATE', { sends: ['CLASS:X-SECRET'], reads: ['CLASS:PRIVATE'] }],
    ],
  },
  {
    properties: 'ORGANIZER', as: '`organizer`',
    kept: [
      { sends: [organized, guest('')], stores: { organizer: { email: 'anna@example.com' } }, reads: [organized] },
      { sends: [organized], reads: [organized] },
      { sends: ['ORGANIZER;CN=Cleo:mailto:cleo@example.org', 'ATTENDEE:mailto:anna@example.com'], stores: { organizer: { email: 'cleo@example.org', displayName: 'Cleo' }, privateCopy: true }, reads: ['ORGANIZER;CN=Cleo:mailto:cleo@example.org'] },
    ],
    changed: [['one without an e-mail address is dropped', { sends: ['ORGANIZER:urn:uuid:1'], lacks: ['ORGANIZER'] }]],
  },
  {
    properties: 'ATTENDEE', as: '`attendees`',
    kept: [
      { sends: [organized, guest(';CN="Bo, Ms";ROLE=OPT-PARTICIPANT;PARTSTAT=TENTATIVE')], stores: { attendees: [{ email: 'ben@example.com', displayName: 'Bo, Ms', optional: true, responseStatus: 'tentative' }] }, reads: ['ATTENDEE;CN="Bo, Ms";CUTYPE=INDIVIDUAL;ROLE=OPT-PARTICIPANT;PARTSTAT=TENTATIVE:mailto:ben@example.com'] },
      { sends: [organized, guest(';CUTYPE=RESOURCE;PARTSTAT=ACCEPTED')], stores: { attendees: [{ resource: true, responseStatus: 'accepted' }] }, reads: ['ATTENDEE;CUTYPE=RESOURCE;ROLE=REQ-PARTICIPANT;PARTSTAT=ACCEPTED:mailto:ben@example.com'] },
      { sends: [organized, guest(';PARTSTAT=DECLINED;X-NUM-GUESTS=2;X-RESPONSE-COMMENT=Ill')], stores: { attendees: [{ additionalGuests: 2, comment: 'Ill', responseStatus: 'declined' }] }, reads: [`ATTENDEE;${required};PARTSTAT=DECLINED;X-NUM-GUESTS=2;X-RESPONSE-COMMENT=Ill:mailto:ben@example.com`] },
      invited('', `${required};${unanswered}`),
    ],
    changed: [
      ['PARTSTAT: DELEGATED becomes DECLINED, IN-PROCESS and COMPLETED become ACCEPTED, others NEEDS-ACTION', invited(';PARTSTAT=DELEGATED', `${required};PARTSTAT=DECLINED`), invited(';PARTSTAT=IN-PROCESS', `${required};PARTSTAT=ACCEPTED`), invited(';PARTSTAT=COMPLETED', `${required};PARTSTAT=ACCEPTED`), invited(';PARTSTAT=X-MAYBE', `${required};${unanswered}`)],
      ['ROLE: CHAIR, NON-PARTICIPANT and others become REQ-PARTICIPANT', invited(';ROLE=CHAIR', `${required};${unanswered}`), invited(';ROLE=NON-PARTICIPANT', `${required};${unanswered}`), invited(';ROLE=X-HOST', `${required};${unanswered}`)],
      ['CUTYPE: ROOM becomes RESOURCE; GROUP, UNKNOWN and others INDIVIDUAL', invited(';CUTYPE=ROOM', `CUTYPE=RESOURCE;ROLE=REQ-PARTICIPANT;${unanswered}`), invited(';CUTYPE=GROUP', `${required};${unanswered}`), invited(';CUTYPE=UNKNOWN', `${required};${unanswered}`)],
      ['other parameters are dropped', invited(';MEMBER="mailto:all@example.com";DELEGATED-FROM="mailto:c@example.com";SENT-BY="mailto:d@example.com";DIR="https://e.example";LANGUAGE=de;X-OWN=1', `${required};${unanswered}`)],
      ['one without an e-mail address is dropped', { sends: [organized, 'ATTENDEE;CN=Bo:urn:uuid:1'], lacks: ['ATTENDEE'] }],
    ],
  },
  {
    properties: 'VALARM', as: '`reminders`, per user',
    kept: [
      { sends: [...display('TRIGGER:-PT15M'), ...alarm('ACTION:EMAIL', 'DESCRIPTION:Soon', 'SUMMARY:Soon', 'ATTENDEE:mailto:anna@example.com', 'TRIGGER:-P1D')], stores: { reminders: { useDefault: false, overrides: [{ method: 'popup', minutes: 15 }, { method: 'email', minutes: 1440 }] } }, reads: ['TRIGGER:-PT15M', 'ACTION:EMAIL', 'TRIGGER:-P1D'] },
      { sends: [], stores: { reminders: { useDefault: false } }, lacks: ['VALARM'] },
    ],
    changed: [
      ['AUDIO and procedures become DISPLAY', { sends: alarm('ACTION:AUDIO', 'ATTACH:Basso', 'TRIGGER:-PT5M'), reads: ['ACTION:DISPLAY', 'TRIGGER:-PT5M'], lacks: ['AUDIO', 'Basso'] }],
      ['one before the end, or at a moment of a single event, becomes one before the start at the same moment', { sends: ['DTSTART:20260310T090000Z', 'DTEND:20260310T100000Z', ...display('TRIGGER;RELATED=END:-PT90M')], reads: ['TRIGGER:-PT30M'] }, { sends: ['DTSTART:20260310T090000Z', ...display('TRIGGER;VALUE=DATE-TIME:20260310T080000Z')], reads: ['TRIGGER:-PT1H'] }],
      ['dropped: repetitions, alarms after the start, more than four weeks before it, at part of a minute, at a moment of a series, beyond five',
        { sends: alarm('ACTION:DISPLAY', 'DESCRIPTION:Soon', 'TRIGGER:-PT15M', 'REPEAT:2', 'DURATION:PT5M'), reads: ['TRIGGER:-PT15M'], lacks: ['REPEAT'] },
        { sends: display('TRIGGER:PT5M'), lacks: ['VALARM'] }, { sends: display('TRIGGER:-P29D'), lacks: ['VALARM'] }, { sends: display('TRIGGER:-PT90S'), lacks: ['VALARM'] },
        { sends: [...weekly, ...display('TRIGGER;VALUE=DATE-TIME:20260310T080000Z')], lacks: ['VALARM'] },
        { sends: [1, 2, 3, 4, 5, 6].flatMap((minutes) => display(`TRIGGER:-PT${minutes}M`)), reads: ['TRIGGER:-PT5M'], lacks: ['TRIGGER:-PT6M'] }],
    ],
  },
  {
    properties: 'ACKNOWLEDGED, X-MOZ-LASTACK, X-MOZ-SNOOZE-TIME', as: 'a private extended property',
    kept: [{ sends: ['X-MOZ-LASTACK:20260310T080500Z', 'X-MOZ-SNOOZE-TIME:20260310T083000Z', ...display('TRIGGER:-PT15M')], stores: { extendedProperties: { private: { calgateAcknowledged: '2026-03-10T08:05:00Z 2026-03-10T08:30:00Z' } } }, reads: ['X-MOZ-LASTACK:20260310T080500Z', 'X-MOZ-SNOOZE-TIME:20260310T083000Z', 'ACKNOWLEDGED:20260310T080500Z'] }],
    changed: [['of several moments the latest counts', { sends: ['X-MOZ-LASTACK:20260310T080500Z', ...alarm('ACTION:DISPLAY', 'DESCRIPTION:Soon', 'TRIGGER:-PT15M', 'ACKNOWLEDGED:20260310T080600Z')], reads: ['X-MOZ-LASTACK:20260310T080600Z', 'ACKNOWLEDGED:20260310T080600Z'] }]],
  },
  {
    properties: 'COLOR', as: '`colorId`',
    kept: [{ sends: ['COLOR:crimson'], stores: { colorId: '11' }, reads: ['COLOR:crimson'] }],
    changed: [['the nearest of eleven', { sends: ['COLOR:red'], reads: ['COLOR:crimson'] }], ['what is no CSS3 name is dropped', { sends: ['COLOR:#ff0000'], lacks: ['COLOR'] }]],
  },
  {
    properties: 'URL', as: '`source`',
    kept: [{ sends: ['URL:https://example.com/?a=b;c,d'], stores: { source: { url: 'https://example.com/?a=b;c,d' } }, reads: ['URL:https://example.com/?a=b;c,d'] }],
    changed: [['other than http and https are dropped', { sends: ['URL:message:1'], lacks: ['URL'] }]],
  },
  {
    properties: 'CONFERENCE', as: '`conferenceData`',
    kept: [{ sends: ['CONFERENCE;VALUE=URI;FEATURE=AUDIO,VIDEO;LABEL=Join:https://meet.example.com/1', 'CONFERENCE;VALUE=URI;FEATURE=AUDIO,PHONE:tel:+49-30-1'], reads: ['CONFERENCE;VALUE=URI;FEATURE=AUDIO,VIDEO;LABEL=Join:https://meet.example.com/1', 'CONFERENCE;VALUE=URI;FEATURE=AUDIO,PHONE:tel:+49-30-1'] }],
    changed: [['features by the kind of address: audio with video or telephone, or none', { sends: ['CONFERENCE;VALUE=URI;FEATURE=VIDEO,SCREEN:https://meet.example.com/1'], reads: ['CONFERENCE;VALUE=URI;FEATURE=AUDIO,VIDEO:https://meet.example.com/1'] }, { sends: ['CONFERENCE;VALUE=URI;FEATURE=CHAT:https://chat.example.com/1'], reads: ['CONFERENCE;VALUE=URI:https://chat.example.com/1'] }],
      ['other than http, https, tel and sip addresses are dropped', { sends: ['CONFERENCE;VALUE=URI:xmpp:room@example.com'], lacks: ['CONFERENCE'] }]],
  },
  {
    properties: 'ATTACH', as: '`attachments`',
    kept: [{ sends: ['ATTACH;FMTTYPE=application/pdf;FILENAME=Plan:https://example.com/plan.pdf'], stores: { attachments: [{ fileUrl: 'https://example.com/plan.pdf', title: 'Plan', mimeType: 'application/pdf' }] }, reads: ['ATTACH;FMTTYPE=application/pdf;FILENAME=Plan:https://example.com/plan.pdf'] }],
    changed: [['dropped: inline data, other than http and https addresses, beyond 25', { sends: ['ATTACH;VALUE=BINARY;ENCODING=BASE64:QUJD', 'ATTACH:cid:1@example.com'], lacks: ['ATTACH'] },
      { sends: Array.from({ length: 26 }, (_, index) => `ATTACH:https://example.com/${index + 1}.pdf`), reads: ['ATTACH:https://example.com/25.pdf'], lacks: ['26.pdf'] }]],
  },
  {
    properties: 'SEQUENCE', as: '`sequence`',
    kept: [{ sends: ['SEQUENCE:3'], stores: { sequence: 3 }, reads: ['SEQUENCE:3'] }], changed: [],
  },
  {
    properties: 'CREATED, LAST-MODIFIED, DTSTAMP', as: '`created`, `updated`', kept: [],
    changed: [['told by the service, whatever was sent', { sends: ['CREATED:20010101T000000Z', 'LAST-MODIFIED:20010101T000000Z'], lacks: ['20010101'] }]],
  },
  {
    properties: 'COMMENT', as: 'the comment of one\'s own row in `attendees`', kept: [],
    changed: [['counts beside a new answer to an invitation, is dropped otherwise', { sends: ['COMMENT:Hm'], lacks: ['COMMENT', 'Hm'] }]],
  },
  {
    properties: 'CATEGORIES, CONTACT, GEO, PRIORITY, RELATED-TO, RESOURCES, REQUEST-STATUS, X-…', as: '—', kept: [],
    changed: [['dropped', { sends: ['CATEGORIES:A,B', 'CONTACT:Jim', 'GEO:48.1;11.6', 'PRIORITY:3', 'RELATED-TO:other', 'RESOURCES:BEAMER', 'REQUEST-STATUS:2.0;Success', 'X-OWN;X-P=1:one'], lacks: ['CATEGORIES', 'CONTACT', 'GEO', 'PRIORITY', 'RELATED-TO', 'RESOURCES', 'REQUEST-STATUS', 'X-OWN'] }]],
  },
  {
    properties: 'VTODO, VJOURNAL, VFREEBUSY', as: '—', kept: [],
    changed: [
      ['dropped beside events', { sends: ['SUMMARY:Event'], beside: ['BEGIN:VTODO', 'UID:other', 'SUMMARY:Task', 'END:VTODO'], reads: ['SUMMARY:Event'], lacks: ['VTODO', 'Task'] }],
    ],
  },
  {
    properties: 'METHOD', as: '—', kept: [],
    changed: [['refused: what is stored is no message', { sends: [], beside: ['METHOD:REQUEST'], refused: 'valid-calendar-object-resource' }]],
  },
]

/** The table as it stands in the README. */
export function keptTable(rows: readonly KeptRow[]): string {
  const line = (cells: readonly string[]): string => `| ${cells.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |`
  return [
    line(['property', 'kept as', 'changed, dropped, refused']), line(['---', '---', '---']),
    ...rows.map(({ properties, as, changed }) => line([properties, as, changed.map(([phrase]) => phrase).join('; ')])),
  ].join('\n')
}
