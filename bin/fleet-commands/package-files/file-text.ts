// Package files, for people. In: what the server says of them. Out: cells and lines. Pure.
import type { PackageFile } from '../../../contract/fleet/api/package-files.ts';
import { timeText } from '../output/times.ts';
import { megabytes } from './bring-files.ts';

export const FILE_HEADER = ['FILE', 'PACKAGE', 'VERSION', 'ARCH', 'SIZE', 'SHA-256', 'WHAT IT IS'] as const;

type Shown = Pick<PackageFile, 'fileName' | 'name' | 'version' | 'arch' | 'bytes' | 'sha256' | 'summary'>;

/** The first characters of a SHA-256 are enough to name a file. */
export const fileCells = ({ fileName, name, version, arch, bytes, sha256, summary }: Shown): string[] => [
  fileName,
  name,
  version,
  arch,
  megabytes(bytes),
  sha256.slice(0, 12),
  summary,
];

export function fileLines(file: PackageFile & { readonly neededBy: readonly string[] }): string[] {
  const { url, addedBy, addedAt, depends, paths, pathTotal, neededBy } = file;
  const left = pathTotal - paths.length;
  return [
    `${file.fileName}: ${file.name} ${file.version} (${file.arch}), for ${file.system}`,
    `  ${file.summary}`,
    `  ${megabytes(file.bytes)}, unpacked ${megabytes(file.unpackedBytes)}; SHA-256 ${file.sha256}`,
    `  ${url === null ? 'sent' : `fetched from ${url}`} by ${addedBy}, ${timeText(addedAt)}`,
    ...(neededBy.length === 0 ? [] : [`  needed by ${neededBy.join(', ')}`]),
    ...(depends.length === 0 ? [] : ['needs:', ...depends.map((each) => `  ${each}`)]),
    ...(pathTotal === 0 ? ['it brings no files'] : ['brings:', ...paths.map((path) => `  ${path}`)]),
    ...(left > 0 ? [`  and ${left} more`] : []),
  ];
}
