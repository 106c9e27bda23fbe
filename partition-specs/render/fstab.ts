import { filesystemOf } from '../filesystems/all.ts';
import type { Layout, LayoutPartition } from '../layout.ts';

type Content = NonNullable<LayoutPartition['content']>;

/** A partition of the layout that appears in fstab, with the disk that it lies on. */
export type MountedPartition = {
  readonly partition: LayoutPartition;
  readonly content: Content;
  readonly diskPath: string;
};

/** `/` first, then by path, so that a mount point's directory is there when its turn comes. */
export function mountsInOrder(layout: Layout): MountedPartition[] {
  return withContent(layout)
    .filter(({ content }) => content.mountPoint !== undefined)
    .toSorted((left, right) => depthFirst(left.content.mountPoint ?? '', right.content.mountPoint ?? ''));
}

/** Swap partitions, in the order of the spec. */
export function swaps(layout: Layout): MountedPartition[] {
  return withContent(layout).filter(({ content }) => filesystemOf(content.filesystem).use === 'swap');
}

/** fstab(5) of the installed machine: a function of the saved layout alone. */
export function renderFstab(layout: Layout): string {
  const lines = [
    '# Made by gutinteg from PARTITION:',
    `#   ${layout.spec}`,
    '# <device> <mount point> <type> <options> <dump> <pass>',
  ];
  for (const mounted of [...mountsInOrder(layout), ...swaps(layout)]) lines.push('', ...renderEntry(mounted));
  return `${lines.join('\n')}\n`;
}

function renderEntry({ partition, content }: MountedPartition): string[] {
  const kind = filesystemOf(content.filesystem);
  const pass = content.mountPoint === '/' ? kind.fsckPass.root : kind.fsckPass.other;
  const fields = [
    `UUID=${content.uuid}`,
    content.mountPoint ?? 'none',
    kind.name,
    content.options.join(','),
    '0',
    pass,
  ];
  return [`# ${partition.why}`, fields.join(' ')];
}

function withContent(layout: Layout): MountedPartition[] {
  return layout.disks.flatMap((disk) =>
    disk.partitions.flatMap((partition) =>
      partition.content === undefined ? [] : [{ partition, content: partition.content, diskPath: disk.hardware.path }],
    ),
  );
}

function depthFirst(left: string, right: string): number {
  return left.split('/').length - right.split('/').length || (left < right ? -1 : 1);
}
