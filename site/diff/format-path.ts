// One path of a comparison, for a reader. In: what is known of it. Out: lines. Never: I/O.
import type { PathDetail, PathFacts } from './detail-group.ts';

const MOST_LINES = { changed: 40, added: 10, removed: 10 } as const;

/** A line that says what, where and why, and below it the bytes; `whole`: all of them. */
export function formatPath(detail: PathDetail, whole: boolean): string[] {
  const { path, kind, reason, before, after } = detail;
  const what =
    before === undefined || after === undefined ? describe(before ?? after) : listDifferences(detail, before, after);
  const isLeftAlone = (after ?? before)?.leftAlone === true;
  return [
    `  ${kind} /${path} (${what}): ${reason}`,
    ...(isLeftAlone ? ['      only a new installation gets it: installed machines keep theirs'] : []),
    ...formatBytes(detail, whole),
  ];
}

function describe(facts: PathFacts | undefined): string {
  if (facts === undefined) return '';
  if (facts.type === 'symlink') return `link to ${facts.target}`;
  if (facts.type === 'hardlink') return `another name of /${facts.target}`;
  const owner = ownerOf(facts) === '0:0' ? '' : ` ${ownerOf(facts)}`;
  const type = facts.type === 'special' ? facts.target : facts.type;
  return `${type} ${facts.mode}${owner}${facts.sizeBytes === undefined ? '' : `, ${sizeText(facts)}`}`;
}

function listDifferences({ what }: PathDetail, before: PathFacts, after: PathFacts): string {
  if (what.includes('type')) return `${describe(before)} → ${describe(after)}`;
  const texts: Record<Exclude<PathDetail['what'][number], 'type'>, string> = {
    bytes:
      before.sizeBytes === after.sizeBytes ? 'bytes' : `bytes, ${before.sizeBytes ?? '?'} → ${after.sizeBytes ?? '?'}`,
    target: `target ${before.target} → ${after.target}`,
    mode: `mode ${before.mode} → ${after.mode}`,
    owner: `owner ${ownerOf(before)} → ${ownerOf(after)}`,
    attributes: 'extended attributes',
    package: `package ${before.package} → ${after.package}`,
    class: `${keptAs(before)} → ${keptAs(after)}`,
  };
  return what.map((aspect) => (aspect === 'type' ? '' : texts[aspect])).join('; ');
}

function formatBytes({ bytes, kind }: PathDetail, whole: boolean): string[] {
  if (bytes.kind !== 'text') return remarkOn[bytes.kind].map((text) => `      ${text}`);
  const most = whole ? Infinity : MOST_LINES[kind];
  const shown = bytes.hunk.length > most + 1 ? bytes.hunk.slice(0, most) : bytes.hunk;
  const left = bytes.hunk.length - shown.length;
  return [
    ...shown.map((line) => `      ${line}`),
    ...(left === 0 ? [] : [`      … and ${left.toLocaleString('en-US')} more lines; --path shows them`]),
  ];
}

const remarkOn = {
  none: [],
  binary: [],
  large: ['too large to be compared line by line'],
  'of-the-disks': ['depends on the disks of the machine, which are not known here'],
  secret: ['only values differ that are not shown'],
} as const;

function keptAs({ class: kept, leftAlone }: PathFacts): string {
  return kept !== 'mutable' && leftAlone ? `${kept}, pinned` : kept;
}

function ownerOf({ uid, gid, user, group }: PathFacts): string {
  return `${user ?? uid}:${group ?? gid}`;
}

function sizeText({ sizeBytes }: PathFacts): string {
  return sizeBytes === 1 ? '1 byte' : `${sizeBytes?.toLocaleString('en-US')} bytes`;
}
