/** Basic authentication on the wire (RFC 7617). */

/** What a client claims. The password never appears when the value is printed or turned into JSON. */
export class BasicCredentials {
  readonly address: string
  readonly #password: string

  constructor(address: string, password: string) {
    this.address = address
    this.#password = password
  }

  /** The only way to it, so that every use can be found. */
  revealPassword(): string { return this.#password }
}

const utf8 = new TextDecoder('utf-8', { fatal: true })

/**
 * @param authorization the header as it came
 * @returns undefined where there is none, where it is of another scheme, or where it is not in the form of RFC 7617 §2
 *          (base64 of UTF-8; the first colon ends the user name; no control characters)
 */
export function parseBasic(authorization: string | undefined): BasicCredentials | undefined {
  const encoded = /^basic +([A-Za-z0-9+/]+={0,2}) *$/i.exec(authorization ?? '')?.[1]
  const pair = encoded === undefined ? undefined : decoded(encoded)
  const colon = pair?.indexOf(':') ?? -1
  if (pair === undefined || colon < 1 || /[\u0000-\u001f\u007f]/.test(pair)) return undefined
  return new BasicCredentials(pair.slice(0, colon), pair.slice(colon + 1))
}

function decoded(base64: string): string | undefined {
  try {
    return utf8.decode(Buffer.from(base64, 'base64'))
  } catch {
    return undefined                                  // not UTF-8: the charset that the challenge asks for
  }
}
