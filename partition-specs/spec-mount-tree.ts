// Whether a system could start from the mounts that a text asks for. In: the spec, with its root. Out: problems at
// columns, and notes. Pure; whether a file system knows an option at all, and its values, is another's question.
import type { Problem } from './disk-task.ts';
import { isBelow } from './mount-order.ts';
import { isForUserSpace } from './option-table.ts';
import type { OsFamily } from './os-families/os-family.ts';
import { contentsOf, STACK_WORDS } from './spec-types.ts';
import type { ContentRequest, PartitionSpec } from './spec-types.ts';

/** What is mounted where it must not be, and options that make no sense there. */
export function mountTreeProblems(spec: PartitionSpec, family: OsFamily): Problem[] {
  return contentsOf(spec)
    .filter(({ filesystem }) => !STACK_WORDS.has(filesystem))
    .flatMap((content) =>
      [...placeProblems(content, family), ...optionProblems(content, family)].map((message) => ({
        column: content.column,
        message,
      })),
    );
}

/** What works, but is hardly meant. */
export function mountTreeNotes(spec: PartitionSpec): string[] {
  const contents = contentsOf(spec);
  const isNodev = contents.some(({ mountPoint, options }) => mountPoint === '/' && options.includes('nodev'));
  return [
    ...['/', '/usr', '/boot']
      .filter((path) => contents.some(({ mountPoint, options }) => mountPoint === path && isReadOnly(options)))
      .map((path) => `${path} is mounted read-only: the nightly run cannot bring back anything on it`),
    ...(isNodev ? ['nodev on / has no use: devices lie on a file system of the kernel'] : []),
  ];
}

/** The last word holds. @see mount(8) */
function isReadOnly(options: readonly string[]): boolean {
  return options.findLast((option) => option === 'ro' || option === 'rw') === 'ro';
}

/** What every installation fills with links, or a system needs owners and sockets in. */
const NEEDS_LINKS: ReadonlySet<string> = new Set(
  '/usr /usr/local /usr/share /var /var/lib /var/log /var/cache /var/spool /var/tmp /tmp'.split(' '),
);

function placeProblems(content: ContentRequest, family: OsFamily): string[] {
  const { mountPoint } = content;
  if (mountPoint === undefined) return [];
  const refuse = (reason: string) => [`${content.filesystem} cannot be mounted on ${mountPoint}: ${reason}`];
  const { onRoot, exactly, systemsOwn, lasting } = family.mountRules;
  const isMemory = isInMemory(content, family);
  const own = systemsOwn.find((path) => isAtOrBelow(mountPoint, path));
  if (own !== undefined && (!isMemory || own === mountPoint || own === '/proc' || own === '/sys')) {
    return refuse(`the system itself mounts ${own}, and covers it`);
  }
  const root = Object.keys(onRoot).find((path) => isAtOrBelow(mountPoint, path));
  if (root !== undefined) return refuse(`${root} must be on the root, as ${onRoot[root]}`);
  const kind = family.filesystems.get(content.filesystem);
  if (kind?.use === 'files' && !kind.rootable && NEEDS_LINKS.has(mountPoint)) {
    return refuse('it has neither links nor owners, and the system needs them there');
  }
  const place = exactly[mountPoint];
  if (place !== undefined) return refuse(place);
  const kept = lasting.find((path) => isAtOrBelow(mountPoint, path) || isBelow(path, mountPoint));
  if (isMemory && mountPoint !== '/' && kept !== undefined) {
    return refuse(`it is in memory, and ${kept} must last longer than until the next start`);
  }
  return [];
}

function isAtOrBelow(path: string, directory: string): boolean {
  return path === directory || isBelow(path, directory);
}

function isInMemory({ filesystem, mountPoint }: ContentRequest, family: OsFamily): boolean {
  return mountPoint !== undefined && family.filesystems.get(filesystem)?.use === 'swap';
}

const EARLY = 'it is mounted before fstab is read';
const USERS = 'what users may mount is noexec, and this is mounted for all';
const WRITTEN = 'the system writes there';
const LATE = 'the machine needs it from the start';
const ON_ROOT: Readonly<Record<string, string>> = {
  noexec: 'nothing could be started',
  noauto: EARLY,
  nofail: EARLY,
  bind: EARLY,
  _netdev: EARLY,
  'x-systemd.automount': EARLY,
  user: USERS,
  users: USERS,
  owner: USERS,
  group: USERS,
};
const ON_USR: Readonly<Record<string, string>> = {
  noexec: 'nothing could be started',
  noauto: EARLY,
  _netdev: EARLY,
  'x-systemd.automount': EARLY,
  user: USERS,
  users: USERS,
  owner: USERS,
  group: USERS,
};
/** By mount point: options that would keep a machine from starting, or from being looked after. */
const SENSELESS: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  '/': ON_ROOT,
  '/usr': ON_USR,
  '/var': { noauto: LATE, ro: WRITTEN },
  '/tmp': { ro: WRITTEN },
  '/var/tmp': { ro: WRITTEN },
  '/boot': { noauto: 'the nightly run keeps kernels there' },
};
/** What a swap area heeds, beside options of its own. */
const OF_SWAP: ReadonlySet<string> = new Set(['defaults', 'auto', 'noauto', 'nofail', '_netdev', 'comment']);

function optionProblems({ filesystem, mountPoint, options }: ContentRequest, family: OsFamily): string[] {
  const kind = family.filesystems.get(filesystem);
  if (mountPoint === undefined) {
    if (kind?.use !== 'swap') return [];
    return options
      .filter((option) => !isForUserSpace(option) && family.mountOptions.has(nameOf(option)))
      .filter((option) => !OF_SWAP.has(nameOf(option)) && !kind.mountOptions.has(nameOf(option)))
      .map((option) => `${option} makes no sense on swap, which is not mounted`);
  }
  const senseless = SENSELESS[mountPoint] ?? {};
  return options.flatMap((option) => {
    if (option === 'ro' && !isReadOnly(options)) return [];
    const reason = senseless[nameOf(option)];
    return reason === undefined ? [] : [`${option} makes no sense on ${mountPoint}: ${reason}`];
  });
}

function nameOf(option: string): string {
  return option.split('=')[0] ?? '';
}
