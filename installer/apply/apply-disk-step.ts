// The steps that look at disks without writing to them: before the first write, and after. In: a step, its plan.
// Out: nothing, or an error that says what was found. Never: writes to a disk.
import type { DiskRecord } from '../../contract/disk-record.ts';
import { FaultsError, UserError } from '../../lib/errors.ts';
import type { RunCommand } from '../../lib/run-command.ts';
import { blkidOf } from '../../partition-specs/blkid-output.ts';
import { compareFacts } from '../../partition-specs/compare-facts.ts';
import type { MachineFacts } from '../../partition-specs/disk-facts.ts';
import { deviceProbe, signatureOkExitCodes } from '../../partition-specs/disk-probes.ts';
import type { Layout, LayoutDisk } from '../../partition-specs/layout.ts';
import { kernelViewArgv, verifyKernel, verifyOldKernel } from '../../partition-specs/verify-kernel.ts';
import { verifyTable } from '../../partition-specs/verify-table.ts';
import type { InstallStep } from '../plan/install-step.ts';
import { planDataRecord } from '../plan/plan-data-record.ts';
import type { InstallPlan } from '../plan/plan-install.ts';
import { expectBlank, readDataDigests } from '../look/read-data.ts';
import type { DataDigests } from '../look/read-data.ts';
import { readSavedDisks } from './save-disks.ts';

export type DiskEffects = {
  readonly run: RunCommand;
  /** The machine's facts as they are now. */
  readonly readFacts: () => Promise<MachineFacts>;
  /** Returns when the server has them durably. */
  readonly saveDisks: (record: DiskRecord) => Promise<void>;
  /** A line for the console and the timeline. */
  readonly message: (text: string) => void;
};

type DiskStep = Exclude<
  InstallStep,
  {
    kind:
      | 'command'
      | 'make-directory'
      | 'lay-files'
      | 'run-after'
      | 'write-files'
      | 'write-esp'
      | 'boot-entries'
      | 'leave-state';
  }
>;

/** Digests of data partitions, by their names: before the first write, and afterwards. */
export type DataReport = Map<string, { readonly before: DataDigests; readonly after?: DataDigests }>;

/** @throws UserError when the disks are not as the plan needs them or has made them */
export async function applyDiskStep(
  step: DiskStep,
  plan: InstallPlan,
  effects: DiskEffects,
  data: DataReport,
): Promise<void> {
  const { run } = effects;
  switch (step.kind) {
    case 'confirm-facts':
      return confirmFacts(plan, effects);
    case 'expect-blank':
      return expectBlank(step, run);
    case 'save-disks':
      return saveDisks(step.disks, plan, effects);
    case 'digest-data':
      for (const extent of step.extents) {
        // What is written by a partition's own name is not seen through the disk's, as long as that is cached.
        await run(['blockdev', '--flushbufs', extent.disk]);
        const digests = await readDataDigests(extent);
        const before = data.get(extent.name)?.before;
        if (step.when === 'before') data.set(extent.name, { before: digests });
        else reportData(extent.name, before, digests, effects);
        if (before !== undefined) data.set(extent.name, { before, after: digests });
      }
      return;
    case 'verify-table':
      return refuseDifferences(
        `the partition table read back from ${step.disk} is not the planned one`,
        verifyTable(diskOf(step.disk, plan.layout), (await run(['sfdisk', '--json', step.disk])).stdout),
      );
    case 'verify-kernel':
      return refuseDifferences(
        `the kernel's view of ${step.disk} is not the planned one`,
        verifyKernel(diskOf(step.disk, plan.layout), (await run(kernelViewArgv(step.disk))).stdout),
      );
    case 'verify-content':
      return verifyContent(step, run);
  }
}

async function confirmFacts(plan: InstallPlan, effects: DiskEffects): Promise<void> {
  const differences = compareFacts(plan.facts, await effects.readFacts());
  for (const disk of plan.layout.disks.filter(({ keepsTable }) => keepsTable)) {
    const { stdout } = await effects.run(kernelViewArgv(disk.hardware.path));
    differences.push(...verifyOldKernel(disk, stdout));
  }
  if (differences.length === 0) return;
  throw new FaultsError(
    'the disks are not as the plan was made for; nothing was written',
    differences.map((message) => ({ severity: 'error', where: 'disks', message })),
    { hint: 'restart the machine: it makes a new plan', exitCode: 1 },
  );
}

async function saveDisks(paths: readonly string[], plan: InstallPlan, effects: DiskEffects): Promise<void> {
  const disks = plan.facts.disks.filter(({ path }) => paths.includes(path));
  await effects.saveDisks({ disks: await readSavedDisks(disks, effects.run), data: planDataRecord(plan.layout) });
}

function reportData(name: string, before: DataDigests | undefined, after: DataDigests, effects: DiskEffects): void {
  const changed = (['first', 'last', 'superblock'] as const).filter((part) => before?.[part] !== after[part]);
  const words = `superblock ${after.superblock.slice(0, 16)}, first MiB ${after.first.slice(0, 16)}, last MiB ${after.last.slice(0, 16)}`;
  if (changed.length === 0) {
    effects.message(`data ${name}: unchanged (SHA-256 ${words})`);
    return;
  }
  throw new UserError(
    `data partition ${name} is not as it was before: ${changed.join(', ')} changed (now ${words}); the installation ends here`,
    {
      exitCode: 3,
      hint: 'leave the machine alone and look at the partition; gutinteg partition tables HOST has the old tables',
    },
  );
}

function diskOf(path: string, layout: Layout): LayoutDisk {
  const disk = layout.disks.find(({ hardware }) => hardware.path === path);
  if (disk === undefined) throw new UserError(`the plan has no disk ${path}`);
  return disk;
}

function refuseDifferences(what: string, differences: readonly string[]): void {
  if (differences.length > 0) throw new UserError(`${what}:\n  ${differences.join('\n  ')}`);
}

async function verifyContent(
  { device, type, uuid }: Extract<DiskStep, { kind: 'verify-content' }>,
  run: RunCommand,
): Promise<void> {
  const found = blkidOf((await run(deviceProbe(device), { okExitCodes: signatureOkExitCodes })).stdout);
  if (found.TYPE === type && found.UUID?.toLowerCase() === uuid.toLowerCase()) return;
  throw new UserError(
    `${device} should hold ${type} ${uuid}, and blkid reads ${found.TYPE ?? 'nothing'} ${found.UUID ?? ''}`.trimEnd(),
  );
}
