import { runAtOnce } from './slices.ts';
import type { Steps } from './slices.ts';

const LONGEST_NAME = 64;

const NAMES_PER_STEP = 500;

/** `did you mean standard-client?` for the nearest name, if one is near enough to be a slip of the fingers. */
export function didYouMean(wrong: string, names: Iterable<string>): string | undefined {
  return runAtOnce(didYouMeanInSteps(wrong, names));
}

/** As didYouMean, in steps of about a millisecond: there may be 110,000 names. */
export function* didYouMeanInSteps(wrong: string, names: Iterable<string>): Steps<string | undefined> {
  if (wrong.length > LONGEST_NAME) return undefined;
  let nearest: string | undefined;
  // Of a short word half its letters would be another word: RACK is not MAC, nor NOTE ZONE.
  let fewest = Math.min(3, Math.ceil(wrong.length / 2));
  const lower = wrong.toLowerCase();
  let count = 0;
  for (const name of names) {
    count += 1;
    if (count % NAMES_PER_STEP === 0) yield;
    // Lengths alone say that it takes more edits than the best so far.
    if (Math.abs(name.length - wrong.length) >= fewest) continue;
    const edits = countEdits(lower, name.toLowerCase(), fewest);
    if (edits < fewest) [nearest, fewest] = [name, edits];
  }
  return nearest === undefined ? undefined : `did you mean ${nearest}?`;
}

/** Insertions, deletions, replacements and swaps of neighbours that turn one text into the other; `enough` or more ends the counting. */
function countEdits(from: string, to: string, enough: number): number {
  let [beforeLast, last]: [number[], number[]] = [[], Array.from({ length: to.length + 1 }, (_, column) => column)];
  for (let row = 1; row <= from.length; row += 1) {
    const current = [row];
    for (let column = 1; column <= to.length; column += 1) {
      const same = from[row - 1] === to[column - 1] ? 0 : 1;
      const edits = Math.min((last[column] ?? 0) + 1, (current[column - 1] ?? 0) + 1, (last[column - 1] ?? 0) + same);
      const swapped = from[row - 1] === to[column - 2] && from[row - 2] === to[column - 1];
      current.push(swapped ? Math.min(edits, (beforeLast[column - 2] ?? 0) + 1) : edits);
    }
    // What comes next builds on these two rows, and takes no edit back.
    if (Math.min(...current) >= enough && Math.min(...last) >= enough) return enough;
    [beforeLast, last] = [last, current];
  }
  return last[to.length] ?? 0;
}
