// Whether mount(8), and the kernel at the next boot, will take the options of a line. In: what is asked for, its file
// system and OS family. Out: one sentence for each fault. Pure.
import { didYouMean } from '../lib/did-you-mean.ts';
import type { FilesystemKind } from './filesystems/filesystem-kind.ts';
import { isForUserSpace, optionName, optionValueProblem } from './option-table.ts';
import type { OptionTable } from './option-table.ts';
import type { OsFamily } from './os-families/os-family.ts';
import type { ContentRequest } from './spec-types.ts';

/** Unknown options, values that an option does not take, and options that do not go together. */
export function mountOptionProblems(request: ContentRequest, kind: FilesystemKind, family: OsFamily): string[] {
  const { options, mountPoint } = request;
  const inMemory = kind.use === 'swap' && mountPoint !== undefined;
  const own = inMemory ? family.memoryOptions : kind.mountOptions;
  const what = `${inMemory ? 'a file system in memory' : kind.name} on ${family.name}`;
  const faulty = options.flatMap((option) => optionProblem(option, [own, family.mountOptions], what) ?? []);
  if (faulty.length > 0) return faulty;
  return [...(inMemory ? [] : (kind.optionProblems?.(options, request) ?? [])), ...rootProblems(request)];
}

function optionProblem(option: string, tables: readonly OptionTable[], what: string): string | undefined {
  if (isForUserSpace(option)) return undefined;
  const table = tables.find((each) => each.has(optionName(option)));
  if (table === undefined && option === 'none') {
    return "'none' is not a mount option: what is mounted nowhere has no word for that place; leave it out";
  }
  if (table === undefined) {
    const suggestion = didYouMean(optionName(option), new Set(tables.flatMap((each) => [...each.keys()])));
    return [`'${option}' is not a mount option of ${what}`, ...(suggestion === undefined ? [] : [suggestion])].join(
      '; ',
    );
  }
  const problem = optionValueProblem(option, table);
  return problem === undefined ? undefined : `${problem} (${what})`;
}

/** /bin and /lib are symbolic links; fstab remounts the root. */
function rootProblems({ options, mountPoint }: ContentRequest): string[] {
  if (mountPoint !== '/') return [];
  const unread = optionNamed(options, 'noload', 'norecovery');
  return [
    ...(options.includes('nosymfollow') ? ["'nosymfollow' on /: the system starts through symbolic links"] : []),
    ...(unread === undefined ? [] : [`'${unread}' on /: the system writes to it while it starts`]),
  ];
}

/** Without a journal or its replay, a file system may only be read. @returns what is wrong; `names` are such options */
export function onlyWhenReadOnly(options: readonly string[], names: readonly string[]): string[] {
  if (options.includes('ro')) return [];
  return options
    .filter((option) => names.includes(optionName(option)))
    .map((option) => `'${option}' is taken only together with ro`);
}

/** The first of `options` that has one of the names. */
export function optionNamed(options: readonly string[], ...names: readonly string[]): string | undefined {
  return options.find((option) => names.includes(optionName(option)));
}
