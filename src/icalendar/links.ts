/** CONFERENCE and ATTACH (RFC 7986 §5.11, RFC 5545 §3.8.1.1): what an event leads to, both ways. */

import type { Attachment, Conference } from '../calendar/event.ts'
import { parameter, property } from './component.ts'
import type { Property } from './component.ts'
import { parseUri } from './text.ts'

/** One, or none where the line has no URI. */
export function parseConference(property: Property): readonly Conference[] {
  const uri = parseUri(property.value)
  const label = parameter(property, 'LABEL')
  const features = property.parameters.filter((each) => each.name === 'FEATURE').flatMap((each) => each.values).map((each) => each.trim().toUpperCase())
  return uri === '' ? [] : [{ uri, features: features.filter((each) => each !== ''), ...(label ? { label } : {}) }]
}

/** One or none. Only what the URI of the line leads to counts: inline files, and parts of a message, have no place in the model. */
export function parseAttachment(property: Property): readonly Attachment[] {
  const uri = parseUri(property.value)
  const isInline = parameter(property, 'ENCODING')?.toUpperCase() === 'BASE64' || parameter(property, 'VALUE')?.toUpperCase() === 'BINARY'
  if (isInline || uri === '' || /^(data|cid):/i.test(uri)) return []
  const title = fileNameParameters.map((name) => parameter(property, name)).find((each) => each)
  const mediaType = parameter(property, 'FMTTYPE')
  return [{ uri, ...(title ? { title } : {}), ...(mediaType ? { mediaType } : {}) }]
}

/** RFC 8607 §4.2, and what Apple and Google write instead. */
const fileNameParameters = ['FILENAME', 'X-APPLE-FILENAME', 'X-FILENAME', 'X-TITLE']

export function formatConference({ uri, features, label }: Conference): Property {
  return property('CONFERENCE', uri, {
    VALUE: 'URI', ...(features.length > 0 ? { FEATURE: features } : {}), ...(label === undefined ? {} : { LABEL: label }),
  })
}

export function formatAttachment({ uri, title, mediaType }: Attachment): Property {
  return property('ATTACH', uri, {
    ...(mediaType === undefined ? {} : { FMTTYPE: mediaType }), ...(title === undefined ? {} : { FILENAME: title }),
  })
}
