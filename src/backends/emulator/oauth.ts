/**
 * The token endpoint, and the access tokens it gives (google-calendar-v3 reference §14). Tokens are stateless: signed with a key
 * that the store keeps, so that they outlive a restart.
 */

import { createHmac, timingSafeEqual } from 'node:crypto'

import { ensureAccount } from './accounts.ts'
import type { Call, Environment, Reply } from './call.ts'
import { findAccount } from './calendar-rows.ts'
import { ApiError } from './errors.ts'

const lifeSeconds = 3599
const scope = 'https://www.googleapis.com/auth/calendar'
const addressForm = /^[^\s@:]+@[^\s@:]+$/

/** `emulator:<address>` is the refresh token of that account, which comes into being by it. */
const refreshTokenPrefix = 'emulator:'

interface TokenError {
  readonly error: 'invalid_request' | 'invalid_grant' | 'invalid_client' | 'unsupported_grant_type'
  readonly error_description: string
}

type GrantType = 'refresh_token' | 'authorization_code' | 'urn:ietf:params:oauth:grant-type:jwt-bearer'

/** Who a grant speaks for, or what is wrong with it. */
const grants: Readonly<Record<GrantType, (form: URLSearchParams, environment: Environment) => string | TokenError>> = {
  refresh_token: (form) => fromEmulatorToken(form.get('refresh_token'), 'refresh_token'),
  authorization_code: (form) => fromEmulatorToken(form.get('code'), 'code'),
  'urn:ietf:params:oauth:grant-type:jwt-bearer': (form, environment) => fromAssertion(form.get('assertion'), environment.clock.now()),
}

function fromEmulatorToken(token: string | null, name: string): string | TokenError {
  if (!token) return { error: 'invalid_request', error_description: `Missing required parameter: ${name}` }
  const address = token.startsWith(refreshTokenPrefix) ? token.slice(refreshTokenPrefix.length) : ''
  return addressForm.test(address) ? address : { error: 'invalid_grant', error_description: 'Bad Request' }
}

/** A service account speaks for `sub`. The signature is not checked: the emulator knows no keys. */
function fromAssertion(assertion: string | null, now: number): string | TokenError {
  if (!assertion) return { error: 'invalid_request', error_description: 'Missing required parameter: assertion' }
  const claims = claimsOf(assertion)
  const { sub, exp } = claims ?? {}
  if (typeof sub !== 'string' || !addressForm.test(sub)) return { error: 'invalid_grant', error_description: 'Invalid JWT Signature.' }
  if (typeof exp !== 'number' || exp * 1000 <= now) return { error: 'invalid_grant', error_description: 'Invalid JWT: Token must be a short-lived token' }
  return sub
}

function claimsOf(assertion: string): { readonly sub?: unknown; readonly exp?: unknown } | undefined {
  const [, payload, signature] = assertion.split('.')
  if (!payload || !signature) return undefined
  try {
    return JSON.parse(Buffer.from(payload, 'base64url').toString('utf8')) as object
  } catch {
    return undefined // not a JWT: the caller answers invalid_grant
  }
}

/** POST /token, a form. */
export function giveToken({ environment, text }: Call): Reply {
  const form = new URLSearchParams(text)
  const type = form.get('grant_type')
  if (!type) return refusal({ error: 'invalid_request', error_description: 'Required parameter is missing: grant_type' })
  const grant = Object.hasOwn(grants, type) ? grants[type as GrantType] : undefined
  if (grant === undefined) return refusal({ error: 'unsupported_grant_type', error_description: `Invalid grant_type: ${type}` })
  const holder = grant(form, environment)
  if (typeof holder !== 'string') return refusal(holder)
  const { address } = ensureAccount(environment, holder)
  const refresh = type === 'authorization_code' ? { refresh_token: refreshTokenPrefix + address } : {}
  const content = { access_token: accessToken(environment, address), expires_in: lifeSeconds, ...refresh, scope, token_type: 'Bearer' }
  return { status: 200, content }
}

const refusal = (content: TokenError): Reply => ({ status: content.error === 'invalid_client' ? 401 : 400, content })

function accessToken(environment: Environment, address: string): string {
  const claims = { a: address, e: environment.clock.now() + lifeSeconds * 1000, g: generationOf(environment) }
  const payload = Buffer.from(JSON.stringify(claims)).toString('base64url')
  return `ya29.${payload}.${signature(environment, payload)}`
}

function signature({ store, random }: Environment, payload: string): string {
  const known = store.setting('tokenKey')
  const key = known ?? Buffer.from(random(32)).toString('hex')
  if (known === undefined) store.keepSetting('tokenKey', key)
  return createHmac('sha256', key).update(payload).digest('base64url')
}

const generationOf = ({ store }: Environment): number => Number(store.setting('tokenGeneration') ?? 0)

/** Every access token given so far is worth nothing from now on. */
export function expireAccessTokens(environment: Environment): void {
  environment.store.keepSetting('tokenGeneration', String(generationOf(environment) + 1))
}

/**
 * Who asks.
 * @param header the Authorization header, or undefined
 * @throws ApiError 401: `required` without credentials, `authError` for unknown, expired or foreign ones
 */
export function accountOf(environment: Environment, header: string | undefined): string {
  if (!header) throw new ApiError('loginRequired')
  const token = /^Bearer +(\S+)$/i.exec(header)?.[1] ?? ''
  const address = environment.control && token.startsWith('test:') ? token.slice('test:'.length) : addressIn(environment, token)
  const account = address === undefined ? undefined : findAccount(environment.store, address)
  if (account === undefined) throw new ApiError('authError')
  return account.address
}

function addressIn(environment: Environment, token: string): string | undefined {
  const [prefix, payload = '', mark = ''] = token.split('.')
  const expected = Buffer.from(signature(environment, payload))
  const given = Buffer.from(mark)
  if (prefix !== 'ya29' || expected.length !== given.length || !timingSafeEqual(expected, given)) return undefined
  const { a, e, g } = JSON.parse(Buffer.from(payload, 'base64url').toString('utf8')) as { a: string; e: number; g: number }
  return e > environment.clock.now() && g === generationOf(environment) ? a : undefined
}
