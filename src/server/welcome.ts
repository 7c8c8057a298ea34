/** What a start prints: everything that somebody with a calendar program needs, readable at a glance. */

export interface WelcomeFacts {
  readonly version: string
  /** `https://localhost:8443`, without a slash at its end. */
  readonly origin: string
  readonly account:
    | { readonly kind: 'demo'; readonly address: string; readonly password: string }
    | { readonly kind: 'listed'; readonly addresses: readonly string[] }
  /** The local certificate authority; undefined with the operator's own certificate. Not kept: the next start makes another one. */
  readonly authority: { readonly path: string; readonly isKept: boolean } | undefined
  /** Where the data lies, or what takes its place. */
  readonly data: string
  /** The emulator's REST API, where it is served. */
  readonly restUrl: string | undefined
  /** The figures for monitoring, where they are served. */
  readonly metricsUrl: string | undefined
}

export function welcome(facts: WelcomeFacts): string {
  const { version, origin, data, restUrl, metricsUrl } = facts
  return [
    '',
    `calgate ${version} is ready`,
    '',
    row('Address', origin),
    ...accountRows(facts),
    row('Calendar', `${origin}/calendar/dav/${firstAddress(facts)}/events/   (for programs that ask for one calendar)`),
    row('Data', data),
    ...(restUrl === undefined ? [] : [row('REST API', restUrl)]),
    ...(metricsUrl === undefined ? [] : [row('Metrics', metricsUrl)]),
    row('Stop', 'Ctrl+C'),
    ...trustLines(facts),
    '',
  ].join('\n')
}

const row = (label: string, value: string): string => `  ${label.padEnd(15)}${value}`

function accountRows({ account }: WelcomeFacts): readonly string[] {
  if (account.kind === 'demo') return [row('Account', account.address), row('Password', account.password)]
  const [first = '', ...others] = account.addresses
  return [row('Account', others.length === 0 ? first : `${first} and ${others.length} more`)]
}

const firstAddress = ({ account }: WelcomeFacts): string => (account.kind === 'demo' ? account.address : account.addresses[0] ?? '')

function trustLines(facts: WelcomeFacts): readonly string[] {
  if (facts.authority === undefined) return []
  const { path, isKept } = facts.authority
  const curl = row('  curl', `curl --cacert ${quoted(path)} -u ${firstAddress(facts)} ${facts.origin}/`)
  if (!isKept) return ['', row('Certificate', `${path}   (for this run only: the next one has another)`), curl]
  return [
    '',
    row('Certificate', `${path}   (trust it once, then every program can connect)`),
    row('  macOS', `sudo security add-trusted-cert -d -k /Library/Keychains/System.keychain ${quoted(path)}`),
    row('  Windows', `certutil -user -addstore Root "${path}"`),
    row('  Linux', `sudo cp ${quoted(path)} /usr/local/share/ca-certificates/calgate.crt && sudo update-ca-certificates`),
    row('  iOS', 'send the file to the device, install it, then Settings > General > About > Certificate Trust Settings'),
    row('  Thunderbird', 'Settings > Privacy & Security > Manage Certificates > Authorities > Import'),
    curl,
  ]
}

/** For a shell, where it needs quotes. */
const quoted = (path: string): string => (/^[\w./:@+-]+$/.test(path) ? path : `'${path.replaceAll("'", "'\\''")}'`)
