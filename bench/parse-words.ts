// Which benchmarks the words of a command line ask for. In: words, names. Out: runs with their arguments. Pure.

type BenchRun = { readonly name: string; readonly args: readonly string[] };

/** Parts that can be asked for by their names, after the benchmark's. */
export const benchParts: Readonly<Record<string, readonly string[]>> = {
  fleet: ['steady', 'outage', 'first'],
  'fleet-store': ['uniform', 'individual'],
  'netboot-floods': ['lookups', 'timelines', 'slots', 'reports', 'pool', 'fuzz', 'kills'],
};

/**
 * Names start benchmarks; parts of a benchmark, numbers, and options with what follows them, go to the name before:
 * `power-cut 20 --seed 7`, `fleet steady`. All of `available` without words.
 */
export function parseBenchWords(
  words: readonly string[],
  available: readonly string[],
): { runs: BenchRun[]; unknown: string[] } {
  const runs: { name: string; args: string[] }[] = [];
  const unknown: string[] = [];
  for (const [index, word] of words.entries()) {
    const last = runs.at(-1);
    const isPart = benchParts[last?.name ?? '']?.includes(word) === true;
    const isArgument = isPart || /^[-\d]/.test(word) || words[index - 1]?.startsWith('--') === true;
    if (last !== undefined && isArgument) last.args.push(word);
    else if (available.includes(word)) runs.push({ name: word, args: [] });
    else unknown.push(word);
  }
  return { runs: words.length === 0 ? available.map((name) => ({ name, args: [] })) : runs, unknown };
}
