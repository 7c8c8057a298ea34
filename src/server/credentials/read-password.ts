/** Asks for a password on a terminal without showing it, or takes the first line of what is piped in. */

import { createInterface } from 'node:readline/promises'
import { Writable } from 'node:stream'

/** @param prompt where the question goes, when a person is asked */
export async function readPassword(input: NodeJS.ReadableStream & { readonly isTTY?: boolean }, prompt: Writable): Promise<string> {
  if (input.isTTY === true) prompt.write('Password (it is not shown): ')
  const hidden = new Writable({ write: (_chunk, _encoding, done) => { done() } })
  const lines = createInterface({ input, output: hidden, terminal: input.isTTY === true })
  for await (const line of lines) return line
  return ''
}
