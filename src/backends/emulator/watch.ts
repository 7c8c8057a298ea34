/** Push channels: opened and closed as the service does, but nothing is ever pushed. */

import { createHash } from 'node:crypto'

import { collection, noContent, type Call, type Reply } from './call.ts'
import { invalid, missing } from './errors.ts'

/** The longest life of a channel, and the default; ms. */
const lifeMs = 604_800_000

/** @param path of the watched collection, as sent: `primary` stays `primary` */
export function openChannel(call: Call, path: string): Reply {
  const { id, type, address } = call.body
  if (typeof id !== 'string' || typeof address !== 'string') throw missing('Required')
  if (type !== 'web_hook' || id.length > 64 || !address.startsWith('https://')) throw invalid('Invalid Value')
  return collection({
    kind: 'api#channel', id,
    resourceId: createHash('sha1').update(`${call.account} ${path}`).digest('base64url'),
    resourceUri: `https://www.googleapis.com${path}?alt=json`,
    ...(typeof call.body['token'] === 'string' ? { token: call.body['token'] } : {}),
    expiration: String(Math.floor((call.environment.clock.now() + lifeMs) / 1000) * 1000),
  })
}

export function stopChannel({ body }: Call): Reply {
  if (typeof body['id'] !== 'string' || typeof body['resourceId'] !== 'string') throw missing('Required')
  return noContent
}
