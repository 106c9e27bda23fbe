// How RAID, LVM and the like are stopped. In: devices that nothing uses any longer. Out: commands in order. Never: I/O.
import type { Argv } from '../lib/run-command.ts';
import type { Device } from './device-reach.ts';
import type { Stack } from './disk-facts.ts';

type Stop = { readonly argv: Argv; readonly why: string };

/** Undefined: it goes with what it is built on, or there is no command for it. */
const stops: Readonly<Record<Stack['kind'], ((stack: Stack) => Argv) | undefined>> = {
  raid: ({ path }) => ['mdadm', '--stop', path],
  // Not its volumes one by one: only LVM removes all it has made in /dev, which a new group of that name would run into.
  lvm: ({ name }) => ['vgchange', '--activate', 'n', volumeGroupOf(name)],
  crypt: ({ name }) => ['dmsetup', 'remove', name],
  dm: ({ name }) => ['dmsetup', 'remove', name],
  partition: undefined,
  multipath: undefined,
  bcache: undefined,
  other: undefined,
};

/** Whether there is a way to stop it, or no need to. */
export function canStop({ kind }: Stack): boolean {
  return kind === 'partition' || stops[kind] !== undefined;
}

/** One command for each RAID, volume group and mapped device; each after those for what is built on it. */
export function planStops(devices: readonly Device[]): Stop[] {
  const stacks = devices.flatMap(({ stack }) => (stack === undefined ? [] : [stack]));
  const planned = new Map<string, Stop>();
  const visited = new Set<string>();
  const stop = (command: string): void => {
    if (visited.has(command)) return;
    visited.add(command);
    const stopped = stacks.filter((stack) => commandOf(stack) === command);
    const above = stacks.filter(({ parents }) => stopped.some(({ path }) => parents.includes(path)));
    for (const stack of above) stop(commandOf(stack));
    const [first] = stopped;
    const argv = first === undefined ? undefined : stops[first.kind]?.(first);
    if (argv !== undefined) planned.set(command, { argv, why: stopped.map(describe).join('; ') });
  };
  for (const stack of stacks) stop(commandOf(stack));
  return [...planned.values()];
}

/** The same for all volumes of a group; what has no command of its own is told apart by its path. */
function commandOf(stack: Stack): string {
  return (stops[stack.kind]?.(stack) ?? [stack.path]).join(' ');
}

function describe({ path, parents }: Stack): string {
  return `${path} is built on ${parents.join(', ')}`;
}

/** `my--group-root` → `my-group`: the device mapper's name has the group's and the volume's, with hyphens doubled. */
function volumeGroupOf(name: string): string {
  const group = /^(?:[^-]|--)+(?=-(?!-))/.exec(name)?.[0] ?? name;
  return group.replaceAll('--', '-');
}
