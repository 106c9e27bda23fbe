// Much work, a few at a time: as many programs at once as there are hosts would only wait for each other.

/** The results in the order of the items. The first failure ends it. */
export async function inTurns<T, R>(items: readonly T[], atOnce: number, work: (item: T) => Promise<R>): Promise<R[]> {
  const results: R[] = [];
  // All take from the same one.
  const rest = items.entries();
  const goOn = async (): Promise<void> => {
    for (const [index, item] of rest) results[index] = await work(item);
  };
  await Promise.all(Array.from({ length: atOnce }, goOn));
  return results;
}
