// Why apt or dpkg failed, in the words of those who know: the script of a package, dpkg, apt. In: what they printed. Out: lines. Pure.

const ERROR = /^dpkg: error processing /;
/** What dpkg says before it lets a script speak: `Setting up shop (1.1) ...`. */
const STEP = / \.\.\.$/;
/** apt's word for what dpkg has said already. */
const OF_DPKG = /^E: Sub-process .* returned an error code/;

/**
 * The last line of a script and what dpkg says to it; apt's own errors if dpkg has none.
 * `shop: cannot open its database`, `installed shop package post-installation script subprocess returned error exit status 1`
 */
export function failureLines(output: string): string[] {
  const lines = output.split('\n').map((line) => line.trimEnd());
  const ofDpkg = lines.flatMap((line, index) => {
    if (!ERROR.test(line)) return [];
    const [before = '', next = ''] = [lines[index - 1], lines[index + 1]];
    return [...(STEP.test(before) ? [] : [before]), ...(next.startsWith(' ') ? [next] : [])];
  });
  const all = ofDpkg.length > 0 ? ofDpkg : lines.filter((line) => line.startsWith('E: ') && !OF_DPKG.test(line));
  return [...new Set(all.map((line) => line.trim()).filter((line) => line !== ''))];
}
