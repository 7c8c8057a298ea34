/** All properties that the gateway knows. Whatever is said of them anywhere is read from here. */

import { propertyTable } from '../property.ts'
import { calendarServer } from './calendarserver.ts'
import { rfc3253 } from './rfc3253.ts'
import { rfc3744 } from './rfc3744.ts'
import { rfc4791 } from './rfc4791.ts'
import { rfc4918 } from './rfc4918.ts'
import { rfc5397 } from './rfc5397.ts'
import { rfc5842 } from './rfc5842.ts'
import { rfc6578 } from './rfc6578.ts'
import { rfc6638 } from './rfc6638.ts'
import { rfc7809 } from './rfc7809.ts'

export const properties = propertyTable([
  ...rfc4918, ...rfc3253, ...rfc3744, ...rfc4791, ...rfc5397, ...rfc5842, ...rfc6578, ...rfc6638, ...rfc7809, ...calendarServer,
])
