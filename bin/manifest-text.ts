// Manifests and their differences, for people. In: data of packagelink. Out: lines of text. Never: I/O.
import { formatBytes } from '../lib/bytes.ts';
import { formatMode } from '../packagelink/package/format-mode.ts';
import type { ManifestDifference } from '../packagelink/manifests/diff-manifests.ts';
import type { Manifest, ManifestEntry } from '../packagelink/package/manifest.ts';
import { ownerOf } from '../packagelink/tree/tree.ts';

// oxlint-disable-next-line no-control-regex -- a name must not be able to steer the terminal that shows it
const CONTROL = /[\u0000-\u001F\u007F-\u009F]/g;

/** The beginning of a digest, enough to tell generations apart and to be typed. */
export function shortDigest(digest: string): string {
  return digest.slice(0, 12);
}

/** `2 changed, 1 added`; `nothing` when there is no difference. */
export function formatCounts({ paths, settings }: ManifestDifference): string {
  const count = (kind: string) => paths.filter((change) => change.kind === kind).length;
  const words = (['changed', 'added', 'removed'] as const).flatMap((kind) =>
    count(kind) === 0 ? [] : [`${count(kind)} ${kind}`],
  );
  return [...words, ...settings].join(', ') || 'nothing';
}

const MARKS = { added: '+', removed: '-', changed: '~' } as const;

/** One line for each difference, at most `most` of paths. */
export function formatDifference({ paths, settings }: ManifestDifference, most = Number.POSITIVE_INFINITY): string {
  const lines = paths
    .slice(0, most)
    .map(({ kind, path, what }) => `${MARKS[kind]} ${shown(path)}: ${shown(what.join(', '))}`);
  const more = paths.length > most ? [`  … and ${paths.length - most} more`] : [];
  return [...settings, ...lines, ...more].map((line) => `  ${line}\n`).join('');
}

/** One line for each path, as `ls -l` has it. */
export function formatEntries({ entries }: Manifest): string {
  return entries.map((entry) => `${formatEntry(entry)}\n`).join('');
}

function formatEntry(entry: ManifestEntry): string {
  if (entry.type === 'hardlink') return `${'hard link'.padEnd(34)} ${shown(entry.path)} = ${shown(entry.target)}`;
  const owner = ownerOf(entry).padEnd(11);
  const size = (entry.type === 'file' ? String(entry.sizeBytes) : '-').padStart(10);
  const target =
    entry.type === 'symlink' ? ` -> ${shown(entry.target)}` : entry.type === 'special' ? ` (${entry.node})` : '';
  return `${entry.type.padEnd(9)} ${formatMode(entry.mode)} ${owner}${size} ${shown(entry.path)}${target}`;
}

/** Settings, sizes and templates of a package. */
export function formatManifest(digest: string, manifest: Manifest): string {
  const { packs, entries, rawBytes, name, version: _version, ...settings } = manifest;
  const storedBytes = packs.reduce((sum, pack) => sum + pack.sizeBytes, 0);
  const templates = entries.flatMap((entry) => {
    if (entry.type !== 'file' || entry.template === undefined) return [];
    const { inline, leading } = entry.template;
    const names = [...inline, ...leading.map((variable) => `${variable} (at the start of a line)`)];
    return [`  ${shown(entry.path)}: ${names.join(', ') || 'no variables'}`];
  });
  const set = Object.entries(settings).filter(([, value]) => !Array.isArray(value) || value.length > 0);
  return [
    `${name}  ${digest}`,
    `  ${entries.length} entries, ${formatBytes(rawBytes)}, ${formatBytes(storedBytes)} in ${packs.length} packs`,
    ...set.map(([key, value]) => `  ${key}: ${shown(typeof value === 'string' ? value : JSON.stringify(value))}`),
    ...(templates.length === 0 ? [] : ['templates:', ...templates]),
    '',
  ].join('\n');
}

function shown(text: string): string {
  return text.replaceAll(CONTROL, '?');
}
