/** Conferences and attachments to bodies of the service: what stands beside a kept address stays. */

import type { Attachment, Conference } from '../../../calendar/event.ts'
import type { WireBody } from './bodies.ts'
import type { WireEntryPoint, WireEvent } from '../wire.ts'

interface KeptConference {
  readonly uri: string
  readonly label: string | undefined
  readonly type: 'video' | 'phone' | 'sip' | 'more'
}

const conferenceSchemes = /^(https?|tel|sips?):/i

/** Those with an address that an entry point can have (conferenceData.entryPoints, `uri`: 1300 characters, `label`: 512). */
export function keptConferences(conferences: readonly Conference[]): readonly KeptConference[] {
  return conferences.filter(({ uri }) => conferenceSchemes.test(uri) && uri.length <= 1300)
    .map((conference) => ({ uri: conference.uri, label: conference.label?.slice(0, 512), type: entryPointType(conference) }))
}

function entryPointType({ uri, features }: Conference): KeptConference['type'] {
  if (/^tel:/i.test(uri)) return 'phone'
  if (/^sips?:/i.test(uri)) return 'sip'
  return features.includes('VIDEO') ? 'video' : 'more'
}

/** All that the stored conference has beside its entry points stays: its solution, notes, and the codes of entry points that are kept. */
export function writeConferences(kept: readonly KeptConference[], row: WireEvent | undefined): WireBody {
  if (kept.length === 0) return row === undefined ? {} : { conferenceData: null }
  const stored = row?.conferenceData
  const [first] = kept
  const entryPoints = kept.map(({ uri, label, type }) => {
    const known = stored?.entryPoints?.find((point) => point.uri === uri)
    const { label: _label, ...rest } = known ?? {}
    return { ...rest, ...(known !== undefined && isShownAs(known, type) ? {} : { entryPointType: type }), uri, ...(label === undefined ? {} : { label }) }
  })
  const solution = { key: { type: 'addOn' }, name: first?.label ?? 'Conference' }
  return { conferenceData: { conferenceSolution: solution, ...stored, entryPoints } }
}

/** Clients are told of a web address whether it has video, and no more of its kind. */
function isShownAs({ entryPointType: stored }: WireEntryPoint, type: KeptConference['type']): boolean {
  return type === 'phone' || type === 'sip' || (type === 'video') === (stored === 'video' || stored === 'sip')
}

/** What the service holds of attachments. */
export function keptAttachments(attachments: readonly Attachment[]): readonly { uri: string; title: string | undefined; mediaType: string | undefined }[] {
  return attachments.filter(({ uri }) => /^https?:\/\//i.test(uri)).slice(0, 25)
    .map(({ uri, title, mediaType }) => ({ uri, title, mediaType }))
}

/** All that a stored attachment has beside its title stays. */
export function writeAttachments(kept: ReturnType<typeof keptAttachments>, row: WireEvent | undefined): WireBody {
  if (kept.length === 0 && row === undefined) return {}
  return {
    attachments: kept.map(({ uri, title, mediaType }) => ({
      ...row?.attachments?.find(({ fileUrl }) => fileUrl === uri),
      fileUrl: uri,
      ...(title === undefined ? {} : { title }),
      ...(mediaType === undefined ? {} : { mimeType: mediaType }),
    })),
  }
}
