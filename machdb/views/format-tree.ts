import { alignColumns, countOf } from './printable.ts';
import type { TreeRow } from './tree.ts';

// Deeper trees are drawn without their first levels: a chain of thousands would fill the screen with blanks.
const MOST_LEVELS = 40;

/** A tree as tree(1) draws it, with file and line of each object. */
export function formatTree(rows: readonly TreeRow[]): string[] {
  const branches = drawBranches(rows.map(({ depth }) => depth));
  return alignColumns(
    rows.map((row, index) => {
      const branch = branches[index] ?? '';
      if ('hidden' in row) return [`${branch}… ${row.hidden.toLocaleString('en-US')} more`];
      const place = `${row.file}:${row.line}`;
      if (row.again) return [`${branch}${row.name}`, place, '(again)'];
      if (row.machines === undefined) return [`${branch}${row.name}`, place];
      const closed = row.closed === undefined ? '' : ', not drawn';
      return [`${branch}${row.name}`, place, `${countOf(row.machines, 'machine')}${closed}`];
    }),
  );
}

/** From the bottom up, it is known at each row which levels go on below it. */
function drawBranches(depths: readonly number[]): string[] {
  const goesOn: boolean[] = [];
  const drawn = depths.toReversed().map((depth) => {
    const connector = depth === 0 ? '' : goesOn[depth] === true ? '├── ' : '└── ';
    const levels = [];
    for (let level = Math.max(1, depth - MOST_LEVELS); level < depth; level += 1) {
      levels.push(goesOn[level] === true ? '│   ' : '    ');
    }
    goesOn.length = depth;
    goesOn[depth] = true;
    return levels.join('') + connector;
  });
  return drawn.toReversed();
}
