// fstab(5) of a Linux machine, from its layout. In: the layout. Out: text, and mounts in order. Never: I/O.
import { filesystemOf } from '../filesystems/all.ts';
import { filledPlaces } from '../layout.ts';
import type { Filled, Layout } from '../layout.ts';
import { parentsFirst } from '../mount-order.ts';

/** Where nothing says otherwise, /tmp in memory is as open as /tmp must be, and no more. */
const MEMORY_OPTIONS = ['mode=1777', 'nosuid', 'nodev'];

/** `/` first, then by path, so that a mount point's directory is there when its turn comes. */
export function mountsInOrder(layout: Layout): Filled[] {
  return filledPlaces(layout)
    .filter(({ content }) => content.mountPoint !== undefined && filesystemOf(content.filesystem).use === 'files')
    .toSorted((left, right) => depthFirst(left.content.mountPoint ?? '', right.content.mountPoint ?? ''));
}

/** Swap, in the order of the spec. */
export function swaps(layout: Layout): Filled[] {
  return filledPlaces(layout).filter(({ content }) => filesystemOf(content.filesystem).use === 'swap');
}

/** fstab(5) of the installed machine: a function of the saved layout alone. */
export function renderFstab(layout: Layout): string {
  const lines = [
    '# Made by gutinteg from PARTITION:',
    `#   ${layout.spec}`,
    '# <device> <mount point> <type> <options> <dump> <pass>',
  ];
  const inMemory = swaps(layout);
  for (const place of parentsFirst([...mountsInOrder(layout), ...inMemory], ({ content }) => content.mountPoint)) {
    lines.push('', ...(inMemory.includes(place) ? swapEntry(place) : mountEntry(place)));
  }
  return `${lines.join('\n')}\n`;
}

function mountEntry({ content, why }: Filled): string[] {
  const kind = filesystemOf(content.filesystem);
  const pass = content.mountPoint === '/' ? kind.fsckPass.root : kind.fsckPass.other;
  const fields = [
    `UUID=${content.uuid}`,
    content.mountPoint ?? 'none',
    kind.mountType ?? kind.name,
    content.options.join(','),
    '0',
    pass,
  ];
  return [`# ${why}`, fields.join(' ')];
}

/** Swap that has a mount point gives it to a file system in memory, which may use the swap: /tmp of 1996. */
function swapEntry({ content, why }: Filled): string[] {
  const { uuid, mountPoint, options } = content;
  const swap = (given: readonly string[]) => `UUID=${uuid} none swap ${given.join(',')} 0 0`;
  if (mountPoint === undefined) return [`# ${why}`, swap(options)];
  const asked = options.filter((option) => option !== 'defaults');
  const names = new Set(asked.map((option) => option.split('=')[0]));
  const memory = [...asked, ...MEMORY_OPTIONS.filter((option) => !names.has(option.split('=')[0]))];
  return [`# ${why}`, swap(['sw']), `tmpfs ${mountPoint} tmpfs ${memory.join(',')} 0 0`];
}

function depthFirst(left: string, right: string): number {
  return left.split('/').length - right.split('/').length || (left < right ? -1 : 1);
}
