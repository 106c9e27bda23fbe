// What the package lacks of an archive, or has only in the tree. In: its members as they were unpacked. Out: a line for
// each kind. Never: I/O.
import { formatBytes } from '../../lib/bytes.ts';
import { accountNameSchema } from '../../packagelink/package/manifest.ts';
import { namedAsTemplates } from './render-settings.ts';
import type { PlannedMember } from './plan-members.ts';
import type { SettingsOptions } from './render-settings.ts';
import { showName, showNames } from './show-name.ts';

/** Lines for a person, in plain English; nothing where nothing is lost. */
export function memberNotes(members: readonly PlannedMember[], { before, numericOwner }: SettingsOptions): string[] {
  return [
    ...ownerNotes(members, numericOwner),
    ...holeNotes(members),
    ...attributeNotes(members),
    ...templateNotes(namedAsTemplates(members, before)),
    ...gitNotes(members),
  ];
}

function ownerNotes(members: readonly PlannedMember[], numericOwner: boolean): string[] {
  const names = [...new Set(members.flatMap(({ user, group }) => [user, group]))]
    .filter((name) => name !== '' && name !== 'root')
    .toSorted();
  const isAccount = (name: string) => accountNameSchema.safeParse(name).success;
  const [known, odd] = [names.filter(isAccount), names.filter((name) => !isAccount(name))];
  if (numericOwner)
    return names.length === 0 ? [] : [`names of owners are left out, for their numbers: ${showNames(names, 8)}`];
  return [
    ...(known.length === 0
      ? []
      : [`owners by name, which machines must have: ${showNames(known, 8)} (--numeric-owner takes the numbers)`]),
    ...(odd.length === 0
      ? []
      : [`left out: names of owners that no account can have, for their numbers: ${showNames(odd)}`]),
  ];
}

function attributeNotes(members: readonly PlannedMember[]): string[] {
  const dropped = new Map<string, string[]>();
  for (const { path, dropped: names } of members) {
    for (const name of names) {
      const paths = dropped.get(name) ?? [];
      paths.push(path);
      dropped.set(name, paths);
    }
  }
  const withAcl = members.filter(({ acl, defaultAcl }) => acl !== undefined || defaultAcl !== undefined);
  return [
    ...[...dropped].map(([name, paths]) => `left out: ${showName(name)} of ${showNames(paths)}`).toSorted(),
    ...(withAcl.length === 0
      ? []
      : [`git keeps no ACLs: they are only in this tree (${showNames(withAcl.map(({ path }) => path))})`]),
  ];
}

function templateNotes(paths: readonly string[]): string[] {
  return paths.length === 0
    ? []
    : [`no templates, but files of that name (verbatim: in .packagelink.yaml): ${showNames(paths)}`];
}

const MANY_BYTES = 1024 ** 3;

function holeNotes(members: readonly PlannedMember[]): string[] {
  const sparse = members.filter(({ type, isSparse }) => type === 'file' && isSparse);
  const sizeBytes = sparse.reduce((sum, member) => sum + member.sizeBytes, 0);
  if (sizeBytes < MANY_BYTES) return [];
  const names = showNames(sparse.map(({ path }) => path));
  return [`files with holes (${names}): ${formatBytes(sizeBytes)} are read whenever the package is published`];
}

function gitNotes(members: readonly PlannedMember[]): string[] {
  const attributes = members.map(({ path }) => path).filter((path) => /(?:^|\/)\.gitattributes$/.test(path));
  return [
    ...(members.some(({ type }) => type === 'hardlink') ? ['git keeps no hard links: a checkout has copies'] : []),
    ...(attributes.length === 0 ? [] : [`git obeys ${showNames(attributes)}: a checkout may have other bytes`]),
  ];
}
