/**
 * The lines between the first and the last in which two texts differ, of each text; where in the texts they stand makes
 * no difference.
 */
export function changedLines(before: string, after: string): [before: string, after: string] {
  const [old, current] = [before.split(/(?<=\n)/), after.split(/(?<=\n)/)];
  const shortest = Math.min(old.length, current.length);
  let start = 0;
  while (start < shortest && old[start] === current[start]) start += 1;
  let end = 0;
  while (end < shortest - start && old.at(-1 - end) === current.at(-1 - end)) end += 1;
  return [old.slice(start, old.length - end).join(''), current.slice(start, current.length - end).join('')];
}
