/** Asks for a password on a terminal without showing it, or takes the first line of what is piped in. */

import { createInterface } from 'node:readline/promises'
import { Writable } from 'node:stream'

/**
 * @param prompt where the question goes, when a person is asked
 * @returns      empty when nothing was typed or piped in, undefined when the person ended the question with Ctrl+C
 */
export async function readPassword(input: NodeJS.ReadableStream & { readonly isTTY?: boolean }, prompt: Writable): Promise<string | undefined> {
  const isTerminal = input.isTTY === true
  const hidden = new Writable({ write: (_chunk, _encoding, done) => { done() } })
  const lines = createInterface({ input, output: hidden, terminal: isTerminal })
  if (isTerminal) prompt.write('Password (it is not shown): ')   // from here on nothing that is typed is shown
  let isInterrupted = false
  lines.once('SIGINT', () => {
    isInterrupted = true
    lines.close()
  })
  try {
    for await (const line of lines) return line
    return isInterrupted ? undefined : ''
  } finally {
    lines.close()                                     // else the terminal stays raw and the process waits for more
    if (isTerminal) prompt.write('\n')
  }
}
