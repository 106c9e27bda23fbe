// Arrays and volume groups of a layout as text for people.
import { formatBytes } from '../lib/bytes.ts';
import type { Holds, Layout } from './layout.ts';

/** A table of what lies on arrays and in volume groups; nothing where there are none. */
export function formatStacks({ arrays, groups, disks }: Layout): string[] {
  const deviceOf = ({ disk, number }: { disk: string; number: number }) =>
    disks.find(({ name }) => name === disk)?.partitions.find((each) => each.number === number)?.device ?? '?';
  const rows = [
    ...arrays.map((array) => {
      const made = `mirror of ${array.members.map(deviceOf).join(', ')}`;
      return [array.device, array.name, made, formatBytes(array.sizeBytes), ...cells(array)];
    }),
    ...groups.flatMap(({ name, volumes, parts }) =>
      volumes.map((volume) => {
        const made = `volume of ${name} (${parts.join(', ')})`;
        return [volume.device, volume.name, made, formatBytes(volume.sizeBytes), ...cells(volume)];
      }),
    ),
  ];
  return rows.length === 0 ? [] : ['', 'On top:', ...alignColumns([HEADINGS, ...rows]).map((line) => `    ${line}`)];
}

const HEADINGS = ['device', 'name', 'made of', 'size', 'holds', 'mount point', 'options', 'UUID'];

function cells({ content, partOf }: Holds): string[] {
  if (content === undefined) return [`${partOf?.kind} ${partOf?.of}`, '-', '-', partOf?.uuid ?? '-'];
  return [content.filesystem, content.mountPoint ?? '-', content.options.join(','), content.uuid];
}

/** Rows as lines, each column as wide as its widest cell. */
export function alignColumns(rows: readonly (readonly string[])[]): string[] {
  const columns = Math.max(...rows.map((row) => row.length));
  const widths = Array.from({ length: columns }, (_, column) =>
    Math.max(...rows.map((row) => row[column]?.length ?? 0)),
  );
  return rows.map((row) =>
    row
      .map((cell, column) => cell.padEnd(widths[column] ?? 0))
      .join('  ')
      .trimEnd(),
  );
}
