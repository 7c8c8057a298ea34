import { DavError } from './errors.ts'

/** Ends the work for an answer that nobody waits for any more. */
export const clientGone = (): DavError => new DavError(408, 'The client has gone away.')
