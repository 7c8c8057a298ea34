/** How the engine's memory grows, which by its defaults suits neither a first synchronisation nor a full cache. */

import { setFlagsFromString } from 'node:v8'

/** The engine (V8) reads them anew each time that the heap grows, so that they can be set while it runs. */
export const heapFlags = [
  // A first synchronisation makes much that lives for long: where the room for what is new only doubles each time that it fills up, all of
  // it is copied again and again on the way, which takes a third of the whole time.
  '--semi-space-growth-factor=8',
  // Old space doubles between two full collections, not quadruples: a cache that always replaces something comes to that size, and the system
  // never has the memory back.
  '--heap-growing-percent=100',
  // The engine learns at which places of the program lists live long, and then makes them in old space at once (pretenuring). A first
  // synchronisation teaches it that of lists that are short-lived in all later answers: they, and all that they hold, would wait for a full
  // collection, and be copied on the way.
  '--no-allocation-site-pretenuring',
] as const

/** To be called once all is loaded: a start leaves little behind, and needs no room for it. */
export function shapeHeap(): void {
  for (const flag of heapFlags) setFlagsFromString(flag)
}
