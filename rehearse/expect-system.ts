// What the installed system must say of itself. In: the machine as described, its report. Out: expectations. Pure.
import { z } from 'zod';
import type { Report } from '../contract/report.ts';
import type { ExpectedFilesystem, ExpectedMachine } from '../site/expected-machine.ts';
import type { Expectation } from './verdict.ts';

type Mount = {
  target: string;
  source?: string | undefined;
  fstype: string;
  uuid?: string | null | undefined;
  children?: Mount[] | undefined;
};

const mountSchema: z.ZodType<Mount> = z.lazy(() =>
  z.looseObject({
    target: z.string(),
    source: z.string().optional(),
    fstype: z.string(),
    uuid: z.string().nullish(),
    children: z.array(mountSchema).optional(),
  }),
);
const findmntSchema = z.object({ filesystems: z.array(mountSchema) });
const swaponSchema = z.array(z.object({ name: z.string(), uuid: z.string().optional() }));

/** Host name, every mount and swap with its UUID in fstab, and that the first run found nothing to change. */
export function expectSystem(machine: ExpectedMachine, report: Report, log: string): Expectation[] {
  const { system } = report;
  const say = (name: string, ok: boolean, expected: string, found: string): Expectation => ({
    name,
    ok,
    expected,
    found,
    log,
  });
  if (system === undefined) return [say('the report of the first boot', false, 'facts of the system', 'none')];
  const mounts = flatten(findmntSchema.safeParse(system.findmnt).data?.filesystems ?? []);
  const swaps = swaponSchema.safeParse(system.swapon).data ?? [];
  return [
    say('host name', system.hostname === machine.name, machine.name, system.hostname),
    ...machine.filesystems.map((filesystem) => {
      const { type, mountPoint, byUuid } = filesystem;
      const mount = mounts.find(({ target }) => target === mountPoint);
      const isRight = mount?.fstype === type && isInFstab(filesystem, mount, system.fstab);
      const expected = byUuid ? `${type}, mounted by the UUID in fstab` : `${type}, as in fstab`;
      return say(`${mountPoint} mounted`, isRight, expected, describeMount(filesystem, mount, system.fstab));
    }),
    say(
      'swap',
      swaps.length === machine.swaps &&
        swaps.every(({ uuid }) => uuid !== undefined && system.fstab.includes(`UUID=${uuid}`)),
      `${machine.swaps} in use, each by the UUID in fstab`,
      swaps.map(({ name, uuid }) => `${name} UUID=${uuid}`).join(', ') || 'none',
    ),
    expectNothingChanged('nothing to change after the installation', report, log),
  ];
}

function isInFstab({ type, mountPoint, byUuid }: ExpectedFilesystem, mount: Mount, fstab: string): boolean {
  const lines = fstab.split('\n').map((line) => line.split(/\s+/));
  const line = lines.find(([, where, what]) => where === mountPoint && what === type);
  const uuid = mount.uuid ?? '';
  return line !== undefined && (!byUuid || (uuid !== '' && line[0] === `UUID=${uuid}`));
}

function describeMount(filesystem: ExpectedFilesystem, mount: Mount | undefined, fstab: string): string {
  if (mount === undefined) return 'not mounted';
  const uuid = filesystem.byUuid ? ` UUID=${mount.uuid ?? ''}` : '';
  return `${mount.source} ${mount.fstype}${uuid}, ${isInFstab(filesystem, mount, fstab) ? 'in' : 'NOT in'} fstab`;
}

/** A run that found every path as described. */
export function expectNothingChanged(name: string, report: Report, log: string): Expectation {
  const found = report.changes.map(({ path, action, why }) => `${action} ${path} (${why})`).join(', ');
  const ok = report.ok && report.changedTotal === 0;
  return {
    name,
    ok,
    expected: 'no path changed',
    found: ok ? `0 paths changed in ${report.seconds.toFixed(1)} s` : found,
    log,
  };
}

function flatten(mounts: readonly Mount[]): Mount[] {
  return mounts.flatMap((mount) => [mount, ...flatten(mount.children ?? [])]);
}
