// What the installed system must say of itself. In: the machine as described, its report. Out: expectations. Pure.
import { z } from 'zod';
import type { Report } from '../contract/report.ts';
import type { ExpectedMachine } from '../site/expected-machine.ts';
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

/** Host name, every mount and swap with its UUID in fstab, and that the first run found nothing to put right. */
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
    ...machine.filesystems.map(({ type, mountPoint }) => {
      const mount = mounts.find(({ target }) => target === mountPoint);
      const uuid = mount?.uuid ?? '';
      const inFstab = uuid !== '' && new RegExp(`^UUID=${uuid}\\s+${mountPoint}\\s+${type}\\s`, 'm').test(system.fstab);
      const found =
        mount === undefined
          ? 'not mounted'
          : `${mount.source} ${mount.fstype} UUID=${uuid}${inFstab ? ', in fstab' : ', NOT in fstab'}`;
      return say(
        `${mountPoint} mounted`,
        mount?.fstype === type && inFstab,
        `${type}, mounted by the UUID in fstab`,
        found,
      );
    }),
    say(
      'swap',
      swaps.length === machine.swaps &&
        swaps.every(({ uuid }) => uuid !== undefined && system.fstab.includes(`UUID=${uuid}`)),
      `${machine.swaps} in use, each by the UUID in fstab`,
      swaps.map(({ name, uuid }) => `${name} UUID=${uuid}`).join(', ') || 'none',
    ),
    expectNothingChanged('nothing to put right after the installation', report, log),
  ];
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
