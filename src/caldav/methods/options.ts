import { method } from '../method.ts'

/**
 * What is offered here: the DAV header stands on every answer, Allow is read from the table.
 * Answered from the path alone: Thunderbird asks for the home, macOS for the principal, before anything else.
 */
export const options = method({
  name: 'OPTIONS',
  source: 'RFC 9110 §9.3.7, RFC 4918 §10.1, RFC 4791 §5.1',
  on: ['root', 'principal', 'home', 'calendar', 'object', 'inbox', 'outbox'],
  run: async ({ tables }, target) => ({ status: 200, headers: { Allow: tables.methodsAt(target).join(', '), 'Content-Length': '0' } }),
})
