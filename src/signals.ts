/** How the process ends: by a signal, or with the npm that started it. */

/** One Ctrl+C reaches a program under npm twice, from the terminal and from npm; only later ones are meant. */
const SAME_SIGNAL_MS = 500

/**
 * The first SIGTERM or SIGINT lets what is under way end, and the process with status 0; a later one ends it at once with 1.
 * @param fail is told when stopping fails
 */
export function stopOnSignal(fail: (error: unknown) => void, stop: () => Promise<void>): void {
  let askedAt: number | undefined
  const onSignal = (): void => {
    if (askedAt !== undefined && performance.now() - askedAt > SAME_SIGNAL_MS) process.exit(1)
    if (askedAt !== undefined) return
    askedAt = performance.now()
    stop().then(() => process.exit(0), fail)
  }
  process.on('SIGINT', onSignal).on('SIGTERM', onSignal)
  if (process.env['npm_lifecycle_event'] !== undefined) whenParentEnds(onSignal)
}

/** A signal to npm reaches the shell between npm and us, which ends without passing it on (dash). Left alone, we would run on unseen. */
function whenParentEnds(onEnd: () => void): void {
  const parent = process.ppid
  const watch = setInterval(() => {
    if (process.ppid === parent) return
    clearInterval(watch)
    onEnd()
  }, 200).unref()
}
