/** Applies an asynchronous function to all, some at a time. @param limit how many at most under way @returns in the order of `all` */
export async function mapBounded<T, R>(all: readonly T[], limit: number, apply: (one: T) => Promise<R>): Promise<readonly R[]> {
  const results: R[] = []
  const entries = all.entries()
  const work = async (): Promise<void> => {
    for (const [at, one] of entries) results[at] = await apply(one)
  }
  await Promise.all(Array.from({ length: Math.min(limit, all.length) }, work))
  return results
}
