import { describeBackend } from '../contract.ts'
import { open } from './open.ts'
import type { Switches } from '../../../src/backends/emulator/switches.ts'

describeBackend('google over the emulator', () => open())
describeBackend('google over the emulator in pages of one', () => open({ pageSize: 1 }))

/** The points that are open about the real service, each the other way round (emulator/switches.ts). */
const others: readonly Partial<Switches>[] = [
  { instanceWrites: 'touch-instance', masterEdits: 'not-inherited' },
  { reminderEdits: 'nothing', deletedInLists: 'bare', importIfMatch: 'honoured' },
  { importOfDeleted: 'duplicate', instanceIds: 'opaque', deleteWithoutUpdates: 'cancels-copies' },
  { undelete: 'forbidden', reimport: 'duplicate', reminderEdits: 'updated', insertWithUid: 'random-id' },
]
for (const switches of others) describeBackend(`google over the emulator with ${JSON.stringify(switches)}`, () => open({ switches }))
