/** All methods that the gateway answers. */

import type { MethodRow } from '../method.ts'
import { copy, move } from './copy-move.ts'
import { remove } from './delete.ts'
import { get, head } from './get.ts'
import { mkcalendar, mkcol } from './make-calendar.ts'
import { options } from './options.ts'
import { post } from './post.ts'
import { propfind } from './propfind.ts'
import { proppatch } from './proppatch.ts'
import { put } from './put.ts'
import { report } from './report.ts'

/** In the order of Allow. */
export const methods: readonly MethodRow[] = [
  options, get, head, put, remove, post, propfind, proppatch, report, mkcalendar, mkcol, copy, move,
]
