// Which benchmarks the words of a command line ask for. In: words, names. Out: runs with their arguments. Pure.

type BenchRun = { readonly name: string; readonly args: readonly string[] };

/**
 * Names start benchmarks; numbers, and options with what follows them, go to the name before: `power-cut 20 --seed 7`.
 * All of `available` without words.
 */
export function parseBenchWords(
  words: readonly string[],
  available: readonly string[],
): { runs: BenchRun[]; unknown: string[] } {
  const runs: { name: string; args: string[] }[] = [];
  const unknown: string[] = [];
  for (const [index, word] of words.entries()) {
    const last = runs.at(-1);
    const isArgument = /^[-\d]/.test(word) || words[index - 1]?.startsWith('--') === true;
    if (last !== undefined && isArgument) last.args.push(word);
    else if (available.includes(word)) runs.push({ name: word, args: [] });
    else unknown.push(word);
  }
  return { runs: words.length === 0 ? available.map((name) => ({ name, args: [] })) : runs, unknown };
}
