/** DAV:principal-match (RFC 3744 §9.3): which principals are the user. */

import { dav } from '../../dav/names.ts'
import { existing } from '../existing.ts'
import { describer } from '../property.ts'
import { multistatusReply } from '../reply.ts'
import { ownPrincipal } from './principals.ts'
import { report } from './row.ts'

/** With DAV:self the one principal of the account; nothing below these resources names the user by any other property. */
export const principalMatch = report({
  kind: 'principal-match',
  name: dav('principal-match'),
  source: 'RFC 3744 §9.3',
  on: ['root', 'principal'],
  run: async (context, target, { selection, principalProperty }) => {
    await existing(context, target)
    const tell = describer(context, selection)
    return multistatusReply(context, principalProperty === undefined ? [await tell(ownPrincipal(context))] : [])
  },
})
