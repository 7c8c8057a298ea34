/**
 * The points on which nobody outside knows what the real service does. Each is a switch, so that the gateway is tested with every
 * possibility; the default is the likeliest.
 */

export const switchTable = {
  undelete: {
    values: ['allowed', 'forbidden'], default: 'allowed',
    about: 'update or patch of a deleted event with another status than cancelled: revives it, or 403 forbidden',
  },
  importOfDeleted: {
    values: ['revives', 'duplicate'], default: 'revives',
    about: 'import of a UID that was deleted: revives the event, or 409 duplicate',
  },
  reimport: {
    values: ['upsert', 'duplicate'], default: 'upsert',
    about: 'import of a UID that is there: replaces the event, or 409 duplicate when its sequence is not higher than the stored one',
  },
  importIfMatch: {
    values: ['ignored', 'honoured'], default: 'ignored',
    about: 'If-Match on import: no meaning, or as on update',
  },
  importExceptions: {
    values: ['written', 'ignored'], default: 'written',
    about: 'originalStartTime in an imported body: writes that instance of the series of this UID, or means nothing',
  },
  insertWithUid: {
    values: ['foreign-id', 'random-id'], default: 'foreign-id',
    about: 'id of an event inserted with an iCalUID: computed from it as import does, or random',
  },
  instanceWrites: {
    values: ['touch-series', 'touch-instance'], default: 'touch-series',
    about: 'a written instance moves etag and updated of its whole series, or only its own',
  },
  masterEdits: {
    values: ['inherited', 'not-inherited'], default: 'inherited',
    about: 'a field changed in the master also changes in those exceptions that had the same value, or in none',
  },
  copyEdits: {
    values: ['followed', 'not-followed'], default: 'followed',
    about: 'the rule of a private copy changes: exceptions that nothing is left of go with it, or stay',
  },
  reminderEdits: {
    values: ['etag', 'nothing', 'updated'], default: 'etag',
    about: 'a write that changes only reminders moves the etag by its low bit, or moves nothing, or counts as any other change',
  },
  deletedInLists: {
    values: ['full', 'bare'], default: 'full',
    about: 'deleted events in lists with showDeleted or updatedMin: with all they had, or id and status only (always so in sync answers)',
  },
  deleteWithoutUpdates: {
    values: ['leaves-copies', 'cancels-copies'], default: 'leaves-copies',
    about: 'an organizer deletes with sendUpdates=none: the guests keep their copies, or lose them',
  },
  exrule: {
    values: ['accepted', 'refused'], default: 'accepted',
    about: 'EXRULE lines: taken off the series, or 400 invalid',
  },
  subDailyRules: {
    values: ['accepted', 'refused'], default: 'accepted',
    about: 'FREQ of HOURLY, MINUTELY, SECONDLY: expanded, or 400 invalid',
  },
  longUids: {
    values: ['refused', 'accepted'], default: 'refused',
    about: 'an iCalUID whose computed id would be longer than 1024 characters: 400 invalid, or taken',
  },
  instanceIds: {
    values: ['derived', 'opaque'], default: 'derived',
    about: 'ids of instances: series id, underscore, original start; or a form that tells nothing (announced for late 2026)',
  },
  domainFreeBusy: {
    values: ['shared', 'private'], default: 'shared',
    about: 'free/busy among accounts of one mail domain: known to each other, or only where an access rule says so',
  },
} as const

export type Switches = { readonly [Name in keyof typeof switchTable]: (typeof switchTable)[Name]['values'][number] }

/** @returns all switches: the given ones, the defaults for the rest */
export function resolveSwitches(given: Partial<Switches> = {}): Switches {
  const defaults = Object.fromEntries(Object.entries(switchTable).map(([name, row]) => [name, row.default]))
  return { ...defaults, ...given } as Switches
}
