/** The one door to Temporal: native where the runtime has it fast, the polyfill elsewhere. */

export { Temporal } from 'temporal-polyfill'
