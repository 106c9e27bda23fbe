// What git cannot keep of an archive. In: its members, earlier settings. Out: `.packagelink.yaml`. Never: I/O; a
// setting that the archive brings.
import { stringify } from 'yaml';
import { FaultsError } from '../../lib/errors.ts';
import type { Fault } from '../../lib/errors.ts';
import { compileGlobs } from '../../packagelink/package/glob.ts';
import { accountNameSchema } from '../../packagelink/package/manifest.ts';
import { SETTINGS_FILE } from '../../packagelink/package/package-settings.ts';
import { parentOf } from '../../packagelink/package/package-path.ts';
import { pathOnTarget } from '../../packagelink/package/preprocess.ts';
import { TEMPLATE_SUFFIX, templateSuffixSchema } from '../../packagelink/package/template-suffix.ts';
import type { PlannedMember } from './plan-members.ts';
import { isBelow, planOwnerTrees } from './plan-owner-trees.ts';
import { showName } from './show-name.ts';
import { usualMode } from './usual-mode.ts';

type Rule = {
  match: string;
  mode?: string;
  uid?: number;
  gid?: number;
  user?: string;
  group?: string;
  capabilities?: string;
  xattrs?: Record<string, string>;
  sparse?: true;
};

export type SettingsOptions = {
  /** Settings that were there; those that an import writes are not among what stays. */
  readonly before: Readonly<Record<string, unknown>>;
  /** Owners as numbers, even where the archive has names. */
  readonly numericOwner: boolean;
};

/**
 * The settings of a package that is an archive: a line for each path that is not root's, that is neither 0644 nor 0755, or
 * that has attributes or holes; empty directories; names that would make templates. Other settings that were there stay.
 * @throws FaultsError for a path that needs a line and that no pattern can mean alone
 */
export function renderSettings(members: readonly PlannedMember[], { before, numericOwner }: SettingsOptions): string {
  const trees = planOwnerTrees(members.map((member) => ({ path: member.path, owner: ownerKey(member, numericOwner) })));
  const own = members.flatMap(
    (member) => ruleOf(member, isBelow(member.path, trees) ? {} : ownerOf(member, numericOwner)) ?? [],
  );
  const ofTrees = [...trees].map(([dir, owner]) => ({ match: dir === '' ? '**' : `${dir}/**`, ...parseOwner(owner) }));
  const files: Rule[] = [...ofTrees, ...own];
  const faults = files.length > MOST_RULES ? [tooMany(files.length)] : findAmbiguous(own, members);
  if (faults.length > 0) throw new FaultsError('importing: nothing was changed', faults);
  const emptyDirectories = findEmptyDirectories(members);
  const verbatim = namedAsTemplates(members, before);
  const { files: _files, emptyDirectories: _empty, verbatim: _verbatim, ...rest } = before;
  const settings = {
    ...rest,
    ...(files.length > 0 ? { files } : {}),
    ...(emptyDirectories.length > 0 ? { emptyDirectories } : {}),
    ...(verbatim.length > 0 ? { verbatim } : {}),
    ...(members.some(({ acl, defaultAcl }) => acl !== undefined || defaultAcl !== undefined)
      ? { keepXattrs: true }
      : {}),
  };
  return Object.keys(settings).length === 0 ? '' : stringify(settings);
}

/** Files of a stranger stay files, whether or not the site gives the package another suffix; templates are what it makes. */
export function namedAsTemplates(
  members: readonly PlannedMember[],
  before: Readonly<Record<string, unknown>>,
): string[] {
  // One that makes no sense is found when the package is published.
  const suffix = templateSuffixSchema.safeParse(before['suffix']).data ?? TEMPLATE_SUFFIX;
  const isNamed = (path: string) => [suffix, TEMPLATE_SUFFIX].some((one) => pathOnTarget(path, one) !== path);
  return members
    .filter(({ path, type }) => (type === 'file' || type === 'hardlink') && isNamed(path))
    .map(({ path }) => path);
}

function ruleOf(member: PlannedMember, owner: Partial<Rule>): Rule | undefined {
  const { path, type, mode, capabilities, xattrs, isSparse } = member;
  const rule: Rule = {
    match: path.replaceAll('*', '?'),
    ...(type !== 'symlink' && mode !== usualMode(member) ? { mode: mode.toString(8).padStart(4, '0') } : {}),
    ...owner,
    ...(capabilities === undefined ? {} : { capabilities }),
    ...(xattrs === undefined
      ? {}
      : { xattrs: Object.fromEntries([...xattrs].map(([name, value]) => [name, attributeText(value)])) }),
    ...(isSparse ? { sparse: true } : {}),
  };
  return Object.keys(rule).length === 1 ? undefined : rule;
}

/** A name counts more than a number, as for tar; those that no account can have are passed over. */
function ownerOf({ uid, gid, user, group }: PlannedMember, numericOwner: boolean): Partial<Rule> {
  const isNamed = (name: string) => !numericOwner && accountNameSchema.safeParse(name).success;
  const owner = isNamed(user) ? (user === 'root' ? {} : { user }) : uid === 0 ? {} : { uid };
  return { ...owner, ...(isNamed(group) ? (group === 'root' ? {} : { group }) : gid === 0 ? {} : { gid }) };
}

/** The same text for the same owner, empty for root. */
function ownerKey(member: PlannedMember, numericOwner: boolean): string {
  const owner = ownerOf(member, numericOwner);
  return Object.keys(owner).length === 0 ? '' : JSON.stringify(owner);
}

function parseOwner(key: string): Partial<Rule> {
  return JSON.parse(key) as Partial<Rule>;
}

/** Whoever publishes the package reads all of them. */
const MOST_RULES = 100_000;

function tooMany(count: number): Fault {
  const message = `${count} paths have owners, modes or attributes of their own, and settings may have ${MOST_RULES} lines for them`;
  return { severity: 'error', where: SETTINGS_FILE, message };
}

/** Text where it is text that stays the same in YAML, else base64. */
function attributeText(value: Buffer): string {
  const text = value.toString('latin1');
  return /^[\x20-\x7e]*$/.test(text) && !text.startsWith('0s') ? text : `0s${value.toString('base64')}`;
}

function findEmptyDirectories(members: readonly PlannedMember[]): string[] {
  const filled = new Set(members.map(({ path }) => parentOf(path)));
  return members
    .filter(({ path, type }) => type === 'directory' && !filled.has(path))
    .map(({ path }) => path)
    .toSorted();
}

/** Each is compared with every path of its length. */
const MOST_PATTERNS = 1000;

function findAmbiguous(files: readonly Rule[], members: readonly PlannedMember[]): Fault[] {
  const patterns = files.filter(({ match }) => match.includes('?'));
  if (patterns.length === 0) return [];
  if (patterns.length > MOST_PATTERNS) {
    return [
      {
        severity: 'error',
        where: '*',
        message: `more than ${MOST_PATTERNS} names with * or ? have owners or modes of their own`,
      },
    ];
  }
  const byLength = Map.groupBy(members, ({ path }) => path.length);
  return patterns.flatMap(({ match }): Fault[] => {
    const matches = compileGlobs([match]);
    const found = (byLength.get(match.length) ?? []).filter(({ path }) => matches(path)).map(({ path }) => path);
    const own = found.find((path) => path.replaceAll('*', '?') === match) ?? match;
    const other = found.find((path) => path !== own);
    if (other === undefined) return [];
    const message = `has an owner or mode of its own, but its name as a pattern also means ${showName(other)}`;
    return [{ severity: 'error', where: showName(own), message }];
  });
}
