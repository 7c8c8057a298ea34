/**
 * Access tokens by refresh token (RFC 6749 §6). Kept in memory until a minute before their end; parallel callers of one identity share
 * one refresh.
 */

import { BackendError } from '../../../calendar/backend.ts'
import { TransportError } from '../../transport.ts'
import { parseJson } from './errors.ts'
import { wireTokenErrorSchema, wireTokenSchema } from '../wire.ts'
import type { BackendIdentity } from '../../../calendar/backend.ts'
import type { RestResponse, Transport } from '../../transport.ts'

/** The token endpoint and the client that asks it. */
export interface TokenOptions {
  readonly transport: Transport
  readonly tokenUrl: string
  readonly client?: { readonly id: string; readonly secret: string }
  /** Milliseconds since 1970. */
  readonly now: () => number
}

/** Access tokens by identity. */
export interface AccessTokens {
  /**
   * @param refused a token that the service has just turned down, so that it is not given again
   * @throws BackendError 'credentials' when the grant has ended, 'unavailable' when the token endpoint cannot be asked
   */
  get(identity: BackendIdentity, refused?: string): Promise<string>
}

interface Held {
  readonly token: Promise<string>
  /** Undefined while the refresh is under way. */
  known?: { readonly token: string; readonly endsAt: number }
}

const marginMs = 60_000
const googleTokenUrl = 'https://oauth2.googleapis.com/token'
/** Identities whose tokens are kept; the oldest goes first. */
const maxHeld = 10_000

/** Tokens are held in memory only, for the last identities that asked. */
export function accessTokens(options: TokenOptions): AccessTokens {
  const held = new Map<string, Held>()
  return {
    get(identity, refused) {
      const grant = grantOf(identity, options)
      const present = held.get(grant)
      if (present && isGood(present, refused, options.now())) return present.token
      const next = hold(grant, options)
      held.delete(grant)
      held.set(grant, next)
      const [oldest] = held.keys()
      if (held.size > maxHeld && oldest !== undefined) held.delete(oldest)
      next.token.catch(() => { if (held.get(grant) === next) held.delete(grant) })
      return next.token
    },
  }
}

function isGood({ known }: Held, refused: string | undefined, now: number): boolean {
  return known === undefined || (known.token !== refused && now < known.endsAt)
}

function hold(grant: string, options: TokenOptions): Held {
  const held: Held = {
    token: refresh(grant, options).then((known) => {
      held.known = known
      return known.token
    }),
  }
  return held
}

/** The emulator gives every account a token of its own; Google's endpoint is never asked with such a one. */
function grantOf({ address, refreshToken }: BackendIdentity, { tokenUrl }: TokenOptions): string {
  if (refreshToken !== undefined) return refreshToken
  if (tokenUrl === googleTokenUrl) throw new BackendError('credentials', `there is no refresh token for ${address}`)
  return `emulator:${address}`
}

async function refresh(grant: string, { transport, tokenUrl, client, now }: TokenOptions): Promise<NonNullable<Held['known']>> {
  const form = new URLSearchParams({ grant_type: 'refresh_token', refresh_token: grant })
  if (client) {
    form.set('client_id', client.id)
    form.set('client_secret', client.secret)
  }
  const askedAt = now()
  const response = await ask(transport, tokenUrl, form.toString())
  const token = wireTokenSchema.safeParse(parseJson(response.body))
  if (response.status !== 200 || !token.success) throw refusalOf(response)
  return { token: token.data.access_token, endsAt: askedAt + (token.data.expires_in ?? 3600) * 1000 - marginMs }
}

async function ask(transport: Transport, url: string, body: string): Promise<RestResponse> {
  try {
    return await transport({ method: 'POST', url, body, headers: { 'content-type': 'application/x-www-form-urlencoded' } })
  } catch (error) {
    if (!(error instanceof TransportError)) throw error
    throw new BackendError('unavailable', 'the token endpoint gave no answer', { cause: error, retryAfterSeconds: 5 })
  }
}

/** Only `invalid_grant` speaks of the user; all else is trouble of the endpoint or of our own client registration. */
function refusalOf({ status, body }: RestResponse): BackendError {
  const refusal = wireTokenErrorSchema.safeParse(parseJson(body))
  const reason = refusal.success ? refusal.data.error : `status ${status}`
  if (reason === 'invalid_grant') return new BackendError('credentials', 'the grant has expired or was revoked (invalid_grant)')
  return new BackendError('unavailable', `the token endpoint refused (${reason})`, { retryAfterSeconds: status === 429 ? 30 : 10 })
}
