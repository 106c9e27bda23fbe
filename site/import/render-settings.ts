// What git cannot keep of an archive. In: its members, settings that were there. Out: `.packagelink.yaml`. Never: I/O.
import { stringify } from 'yaml';
import { FaultsError } from '../../lib/errors.ts';
import type { Fault } from '../../lib/errors.ts';
import { compileGlobs } from '../../packagelink/glob.ts';
import type { ArchiveMember } from './archive-listing.ts';

type Rule = { match: string; mode?: string; uid?: number; gid?: number };

/** Attributes that packages hold. */
const KEPT = /^(?:security\.capability|user\..+|system\.posix_acl_(?:access|default))$/;

/**
 * The settings of a package that is an archive: a line for each path that is not root's, or neither 0644 nor 0755. Other
 * settings that were there stay.
 * @throws FaultsError for a path that needs a line and that no pattern can mean alone
 */
export function renderSettings(members: readonly ArchiveMember[], before: Readonly<Record<string, unknown>>): string {
  const files = members.flatMap((member) => ruleOf(member) ?? []);
  const faults = files.flatMap(({ match }) => findAmbiguous(match, members));
  if (faults.length > 0) throw new FaultsError('importing', faults);
  const hasXattrs = members.some(({ xattrs }) => xattrs.some((name) => KEPT.test(name)));
  const { files: _files, ...rest } = before;
  const settings = { ...rest, ...(files.length > 0 ? { files } : {}), ...(hasXattrs ? { keepXattrs: true } : {}) };
  return Object.keys(settings).length === 0 ? '' : stringify(settings);
}

function ruleOf({ path, type, mode, uid, gid }: ArchiveMember): Rule | undefined {
  const usual = type === 'directory' || (mode & 0o111) !== 0 ? 0o755 : 0o644;
  const rule: Rule = {
    match: path,
    ...(type !== 'symlink' && mode !== usual ? { mode: mode.toString(8).padStart(4, '0') } : {}),
    ...(uid === 0 ? {} : { uid }),
    ...(gid === 0 ? {} : { gid }),
  };
  return Object.keys(rule).length === 1 ? undefined : rule;
}

function findAmbiguous(match: string, members: readonly ArchiveMember[]): Fault[] {
  if (!/[*?]/.test(match)) return [];
  const matches = compileGlobs([match]);
  const other = members.find(({ path }) => path !== match && matches(path));
  if (other === undefined) return [];
  const message = `has an owner or mode of its own, but its name as a pattern also means ${other.path}`;
  return [{ severity: 'error', where: match, message }];
}
