/** The settings as people read them: `--help`, and the table of the README. */

import { emulatorSettings, gatewaySettings } from './config.ts'
import { helpOf, markdownOf } from './settings.ts'

export type Command = 'gateway' | 'emulator' | 'hash-password'

const variables = 'Each setting is also a variable: --port is CALGATE_PORT. The flag wins. In brackets: the default.'

const texts = {
  'gateway': () => `Usage: npm start -- [settings]

Serves calendars by CalDAV. Other commands: npm run emulator -- --help, npm start -- hash-password, npm start -- --version.
${variables}

${helpOf(gatewaySettings)}
`,
  'emulator': () => `Usage: npm run emulator -- [settings]

Serves the embedded calendars alone, by the REST API of Google Calendar, in clear HTTP on loopback.
Whoever reaches the port has all calendars: a token for any address is given without a password.
${variables}

${helpOf(emulatorSettings)}
`,
  'hash-password': () => `Usage: npm start -- hash-password

Reads one password from standard input and prints its hash, for "passwordHash" in the file of --accounts.
`,
} as const satisfies Record<Command, () => string>

export const helpText = (command: Command): string => texts[command]()

/** The part of the README between its two marks; a test holds the README to it. */
export function readmeSettings(): string {
  return `\`npm start -- [settings]\`\n\n${markdownOf(gatewaySettings)}\n\n\`npm run emulator -- [settings]\`\n\n${markdownOf(emulatorSettings)}`
}
