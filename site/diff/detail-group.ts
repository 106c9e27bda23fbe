// What a reader sees of a group. In: a group, a way to compare texts. Out: plain data, as `--json` prints it, for the
// first machine of the group. Never: contains the value of a secret.
import { isUtf8 } from 'node:buffer';
import { isHidden } from '../../lib/secret-variables.ts';
import { contentKey, isAlwaysLeftAlone } from '../../packagelink/tree/tree.ts';
import type { TreeEntry } from '../../packagelink/tree/tree.ts';
import type { FileChange } from './compare-machine.ts';
import type { ChangedGroup } from './compare-sites.ts';
import { readContent } from './contents.ts';
import type { Unread } from './contents.ts';
import type { MachineValues } from './describe-machine.ts';
import type { DiffTexts } from './unified-diff.ts';

/** A path on one side; `mode` as `0644`. */
export type PathFacts = {
  readonly type: TreeEntry['type'];
  readonly package: string;
  readonly class: TreeEntry['class'];
  readonly leftAlone: boolean;
  readonly mode?: string;
  readonly uid?: number;
  readonly gid?: number;
  /** Where the package gives names. */
  readonly user?: string;
  readonly group?: string;
  readonly target?: string;
  /** Of what is laid down; absent where that is not known. */
  readonly sizeBytes?: number;
};

/** `secret`: only values differ that are not shown. */
type Bytes =
  | { readonly kind: 'text'; readonly hunk: readonly string[] }
  | { readonly kind: 'binary' | 'large' | 'of-the-disks' | 'secret' | 'none' };

export type PathDetail = Pick<FileChange, 'path' | 'kind' | 'reason'> & {
  readonly what: FileChange['aspects'];
  readonly before?: PathFacts;
  readonly after?: PathFacts;
  readonly bytes: Bytes;
};

type Content = Uint8Array | Unread | undefined;
type Hide = (text: string) => string;

/** One path of a group's first machine, with its bytes. */
export async function detailChange(
  change: FileChange,
  { pair }: ChangedGroup,
  diffTexts: DiffTexts,
): Promise<PathDetail> {
  const { path, kind, reason, aspects, entries } = change;
  const isShown = kind !== 'changed' || aspects.includes('bytes') || aspects.includes('type');
  const [before, after] = [
    await readContent(entries.before, pair.before),
    await readContent(entries.after, pair.after),
  ];
  const bytes = isShown
    ? await compareBytes(before, after, { hide: secretHider(pair), diffTexts })
    : { kind: 'none' as const };
  return {
    path,
    kind,
    what: aspects,
    reason,
    ...(entries.before === undefined ? {} : { before: factsOf(entries.before, before) }),
    ...(entries.after === undefined ? {} : { after: factsOf(entries.after, after) }),
    bytes,
  };
}

/** Replaces every value of either record that is shown to nobody. */
export function secretHider({ before, after }: Record<'before' | 'after', { readonly record: MachineValues }>): Hide {
  const secrets = [before, after].flatMap(({ record }) =>
    Object.entries(record).flatMap(([variable, value]) => (isHidden(variable) && value !== '' ? [value] : [])),
  );
  const longestFirst = [...new Set(secrets)].sort((a, b) => b.length - a.length);
  return (text) => longestFirst.reduce((hidden, secret) => hidden.replaceAll(secret, '(hidden)'), text);
}

async function compareBytes(
  before: Content,
  after: Content,
  { hide, diffTexts }: { readonly hide: Hide; readonly diffTexts: DiffTexts },
): Promise<Bytes> {
  if (before === undefined && after === undefined) return { kind: 'none' };
  for (const unread of ['of-the-disks', 'large'] as const)
    if (before === unread || after === unread) return { kind: unread };
  const [old, current] = [asText(before), asText(after)];
  if (old === null || current === null) return { kind: 'binary' };
  const [hiddenOld, hiddenCurrent] = [
    old === undefined ? old : hide(old),
    current === undefined ? current : hide(current),
  ];
  if (hiddenOld === hiddenCurrent) return { kind: old === current ? 'none' : 'secret' };
  return { kind: 'text', hunk: await diffTexts(hiddenOld, hiddenCurrent) };
}

/** Null for what is not text. */
function asText(content: Content): string | undefined | null {
  if (!(content instanceof Uint8Array)) return undefined;
  return isUtf8(content) && !content.includes(0) ? Buffer.from(content).toString('utf8') : null;
}

function factsOf(entry: TreeEntry, content: Content): PathFacts {
  const owned = { type: entry.type, package: entry.owner, class: entry.class, leftAlone: isAlwaysLeftAlone(entry) };
  if (entry.type === 'hardlink') return { ...owned, target: entry.target };
  const { mode, uid, gid, user, group } = entry;
  return {
    ...owned,
    mode: mode.toString(8).padStart(4, '0'),
    uid,
    gid,
    ...(user === undefined ? {} : { user }),
    ...(group === undefined ? {} : { group }),
    ...(entry.type === 'symlink' || entry.type === 'special' ? { target: contentKey(entry) } : {}),
    ...sizeOf(entry, content),
  };
}

function sizeOf(entry: TreeEntry, content: Content): { sizeBytes?: number } {
  if (content instanceof Uint8Array) return { sizeBytes: content.length };
  return entry.type === 'file' && entry.content.kind === 'packed' ? { sizeBytes: entry.content.sizeBytes } : {};
}
