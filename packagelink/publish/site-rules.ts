// What a site package says of its files. In: a scan of a git checkout, `.packagelink.yaml`. Out: the scan as the rules
// have it, or every fault. Never: I/O.
import { FaultsError } from '../../lib/errors.ts';
import type { Fault } from '../../lib/errors.ts';
import type { FileRule } from '../package/file-rule.ts';
import { formatMode } from '../package/format-mode.ts';
import { createRuleMatcher } from './match-rules.ts';
import type { Xattrs } from '../package/manifest.ts';
import { SETTINGS_FILE } from '../package/package-settings.ts';
import type { PackageSettings } from '../package/package-settings.ts';
import type { ScannedEntry } from './scan.ts';
import { ownerOf, xattrsKey } from '../tree/tree.ts';

type Ruled = { readonly entries: ScannedEntry[]; readonly stated: ReadonlySet<string> };

const ACL = 'system.posix_acl_access';

/**
 * Git keeps no owners, modes or link counts: everything becomes root:root, 0755 or 0644 by the x bit (0600 for devices
 * and FIFOs), without holes; then the rules apply. Directories without a rule are not in `stated`. With `base: 'tree'` the
 * rules apply to owners, modes and holes as they are in the tree.
 * @throws FaultsError when a rule matches nothing, or treats two names of one file differently.
 */
export function applySiteRules(
  entries: readonly ScannedEntry[],
  settings: PackageSettings,
  base: 'site' | 'tree' = 'site',
): Ruled {
  const rules = createRuleMatcher(settings.files);
  const stated = new Set<string>();
  const faults: Fault[] = [];
  const ruled = entries.map((entry): ScannedEntry => {
    const applied = rules.find(entry.path);
    if (applied.length > 0) stated.add(entry.path);
    const result = ruleEntry(entry, base === 'tree' ? entry : siteMetadata(entry), applied);
    if (result.xattrs?.[ACL] !== undefined && ((result.mode ^ entry.mode) & 0o777) !== 0)
      faults.push(
        fault(
          entry.path,
          `has an ACL that belongs to mode ${formatMode(entry.mode)}, not to ${formatMode(result.mode)}`,
        ),
      );
    return result;
  });
  faults.push(
    ...rules.unused().map((rule) => fault(rule.match, 'matches no path of this package')),
    ...findSplitLinks(ruled),
    ...findIdleTypeRules(entries, settings),
  );
  if (faults.length > 0) throw new FaultsError(SETTINGS_FILE, faults);
  return { entries: ruled, stated };
}

type Base = {
  readonly mode: number;
  readonly uid: number;
  readonly gid: number;
  readonly sparse?: true;
};

function siteMetadata(entry: ScannedEntry): Base {
  return { mode: siteMode(entry), uid: 0, gid: 0 };
}

function siteMode(entry: ScannedEntry): number {
  if (entry.type === 'symlink') return 0o777;
  // An ACL and the mode are two views of one thing.
  if (entry.xattrs?.[ACL] !== undefined) return entry.mode;
  if (entry.type === 'special') return 0o600;
  return entry.type === 'directory' || (entry.mode & 0o111) !== 0 ? 0o755 : 0o644;
}

function ruleEntry(scanned: ScannedEntry, base: Base, rules: readonly FileRule[]): ScannedEntry {
  const entry = withoutHoles(scanned);
  const xattrs = ruledXattrs(entry, rules);
  const mode = entry.type === 'symlink' ? undefined : lastOf(rules, 'mode');
  const isSparse = lastOf(rules, 'sparse') ?? base.sparse ?? false;
  return {
    ...entry,
    mode: mode ?? base.mode,
    ...ruledOwner(base, rules),
    ...(xattrs === undefined ? {} : { xattrs }),
    ...(entry.type === 'file' && isSparse ? { sparse: true } : {}),
  };
}

function withoutHoles(entry: ScannedEntry): ScannedEntry {
  if (entry.type !== 'file' || entry.sparse === undefined) return entry;
  const { sparse: _sparse, ...rest } = entry;
  return rest;
}

function ruledOwner(
  base: Base,
  rules: readonly FileRule[],
): { uid: number; gid: number; user?: string; group?: string } {
  const byUser = rules.findLast((rule) => rule.uid !== undefined || rule.user !== undefined);
  const byGroup = rules.findLast((rule) => rule.gid !== undefined || rule.group !== undefined);
  return {
    uid: byUser === undefined ? base.uid : (byUser.uid ?? 0),
    gid: byGroup === undefined ? base.gid : (byGroup.gid ?? 0),
    ...(byUser?.user === undefined ? {} : { user: byUser.user }),
    ...(byGroup?.group === undefined ? {} : { group: byGroup.group }),
  };
}

function ruledXattrs(entry: ScannedEntry, rules: readonly FileRule[]): Xattrs | undefined {
  const capabilities = lastOf(rules, 'capabilities');
  const isFile = entry.type === 'file' || entry.type === 'hardlink';
  const merged: Record<string, string> = {
    ...entry.xattrs,
    ...(isFile && capabilities !== undefined ? { 'security.capability': capabilities } : {}),
    ...(isFile || entry.type === 'directory' ? Object.assign({}, ...rules.map((rule) => rule.xattrs ?? {})) : {}),
  };
  const names = Object.keys(merged).toSorted();
  return names.length === 0 ? undefined : Object.fromEntries(names.map((name) => [name, merged[name] ?? '']));
}

function lastOf<K extends 'mode' | 'sparse' | 'capabilities'>(rules: readonly FileRule[], key: K): FileRule[K] {
  return rules.findLast((rule) => rule[key] !== undefined)?.[key];
}

// A rule for a path that the package does not have is a slip of the pen, and would be found too late.
function findIdleTypeRules(entries: readonly ScannedEntry[], { replace, follow, verbatim }: PackageSettings): Fault[] {
  const types = new Map(entries.map((entry) => [targetOf(entry), entry.type]));
  return [
    ...replace.filter((path) => !types.has(path)).map((path) => fault(path, 'replace: no such path in this package')),
    ...follow
      .filter((path) => types.get(path) !== 'directory')
      .map((path) => fault(path, 'follow: no such directory in this package')),
    ...verbatim
      .filter((path) => !isFile(types.get(path)))
      .map((path) => fault(path, 'verbatim: no such file in this package')),
  ];
}

function isFile(type: ScannedEntry['type'] | undefined): boolean {
  return type === 'file' || type === 'hardlink';
}

function targetOf(entry: ScannedEntry): string {
  return entry.type === 'file' ? (entry.becomes ?? entry.path) : entry.path;
}

function findSplitLinks(entries: readonly ScannedEntry[]): Fault[] {
  const byPath = new Map(entries.map((entry) => [entry.path, entry]));
  return entries.flatMap((entry): Fault[] => {
    const first = entry.type === 'hardlink' ? byPath.get(entry.target) : undefined;
    if (first === undefined) return [];
    const same =
      first.mode === entry.mode &&
      ownerOf(first) === ownerOf(entry) &&
      xattrsKey(first.xattrs) === xattrsKey(entry.xattrs);
    const message = `is a hard link of ${first.path} and cannot have another owner, mode or attribute`;
    return same ? [] : [fault(entry.path, message)];
  });
}

function fault(where: string, message: string): Fault {
  return { severity: 'error', where, message };
}
