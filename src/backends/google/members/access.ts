import type { Access } from '../../../calendar/calendar.ts'

const byRole: Readonly<Record<string, Access>> = {
  freeBusyReader: 'free-busy', reader: 'read', writerWithoutPrivateAccess: 'write', writer: 'write', owner: 'own',
}

/** What an unknown role allows is not known: reading is what every role allows. */
export function accessOf(role: string | undefined): Access {
  return byRole[role ?? ''] ?? 'read'
}
