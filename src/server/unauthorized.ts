/** The one answer to whoever has not shown who they are. */

import type { DavReply } from '../caldav/context.ts'

/**
 * RFC 7617 §2 and §2.1. The same for no credentials, wrong ones and an unknown address, so that it tells nothing.
 * @param sentence for people; only where it tells nothing that the asker may not know
 */
export function challenge(sentence = 'Sign in with your full e-mail address and your password.'): DavReply {
  return {
    status: 401,
    headers: { 'WWW-Authenticate': 'Basic realm="calgate", charset="UTF-8"', 'Content-Type': 'text/plain; charset=utf-8' },
    body: `${sentence}\n`,
  }
}
