// A full install as data: every command, size, UUID and path is settled here, before anything is written.
// In: look-up, manifests, facts. Out: steps in order and the merged tree. Never: I/O, clock, randomness.
import { foreseeEntryFaults } from '../boot-loaders/nvram/foresee-entry-faults.ts';
import type { Lookup } from '../../contract/lookup.ts';
import { architectureOfRecord } from '../../lib/architecture.ts';
import { FaultsError, UserError } from '../../lib/errors.ts';
import type { Fault } from '../../lib/errors.ts';
import type { Argv } from '../../lib/run-command.ts';
import { readNetwork } from '../../network-specs/read-network.ts';
import type { MachineFacts } from '../../partition-specs/disk-facts.ts';
import type { Layout } from '../../partition-specs/layout.ts';
import { diskBindings } from '../../partition-specs/disk-bindings.ts';
import type { RecordedExtent } from '../../partition-specs/find-data.ts';
import { planLayout } from '../../partition-specs/plan-layout.ts';
import { wantedFirmware } from '../../partition-specs/wanted-firmware.ts';
import { renderLinux } from '../../partition-specs/render/linux.ts';
import type { LinuxDiskPlan } from '../../partition-specs/render/linux.ts';
import { parsePartitionSpec } from '../../partition-specs/spec.ts';
import { commandSource } from '../../packagelink/package/after-command.ts';
import type { Manifest } from '../../packagelink/package/manifest.ts';
import { planAfter } from '../../packagelink/commands/plan-after.ts';
import { treeDigest } from '../../packagelink/tree/tree.ts';
import type { MergedTree } from '../../packagelink/tree/tree.ts';
import { bootLoadersOf } from '../boot-loaders/all.ts';
import type { BootPlan, BootPlanInput } from '../boot-loaders/boot-plan.ts';
import type { RenderedFile } from '../render/rendered-file.ts';
import type { InstallStep } from './install-step.ts';
import { checkMountPoints } from './check-mount-points.ts';
import { findForeignSystem } from './find-foreign-system.ts';
import { planDiskSteps } from './plan-disk-steps.ts';
import { menuTitle } from '../render/menu-title.ts';
import { planFiles } from './plan-files.ts';
import type { SystemKind } from '../systems/system-kind.ts';
import { systemOf } from '../systems/all.ts';

export type InstallPlan = {
  readonly format: 2;
  readonly machine: { readonly machineId: string; readonly name: string };
  readonly generation: string;
  /** What it was made from; it holds for no other disks. */
  readonly facts: MachineFacts;
  readonly layout: Layout;
  /** What runs on the disks now and must not be taken down: while it does, the plan is not carried out. */
  readonly obstacles: readonly Fault[];
  readonly notices: readonly string[];
  /** Files that the firmware, or what it starts, starts: with Secure Boot, each must be signed. */
  readonly started: readonly string[];
  readonly steps: readonly InstallStep[];
};

export type InstallInput = {
  readonly lookup: Lookup;
  readonly image: Manifest;
  /** In the order of `lookup.packages`. */
  readonly packages: readonly Manifest[];
  readonly facts: MachineFacts;
  /** Data partitions that the server knows, each looked at where it lies; none for a plan on paper. */
  readonly recorded?: readonly RecordedExtent[];
  readonly consoles: readonly string[];
};

const SMALL_FIRMWARE: Fault = {
  severity: 'error',
  where: 'firmware',
  message: "this machine's UEFI firmware is of 32 bits, and starts no shim and GRUB of 64 bits",
  suggestion: 'set its firmware to start as a PC with BIOS (legacy, CSM), if it can; it cannot be installed otherwise',
};

/** Where the new system is mounted while it is installed. */
export const TARGET = '/target';

/**
 * Plans a full install.
 * @throws FaultsError with every fault of the record, the disks and the packages at once
 */
export function planInstall(input: InstallInput): { plan: InstallPlan; tree: MergedTree } {
  const { lookup, facts } = input;
  const faults: Fault[] = [
    ...readNetwork(lookup.record).faults.filter(({ severity }) => severity === 'error'),
    ...findForeignSystem({ record: lookup.record, facts, image: input.image }),
  ];
  const system = collect(faults, 'OS', () => systemOf(lookup.record['OS']));
  const layout = collect(faults, 'PARTITION', () =>
    planLayout({
      spec: parsePartitionSpec(lookup.record['PARTITION'] ?? ''),
      facts,
      bindings: diskBindings(lookup.record),
      machineId: lookup.machineId,
      firmware: wantedFirmware(lookup.record, facts.firmware),
      rootfs: lookup.record['ROOTFS'],
      recorded: input.recorded,
      initData: lookup.initData,
      knownEmpty: lookup.knownEmpty,
    }),
  );
  const disks = layout === undefined ? undefined : renderLinux(layout);
  const diskSteps = layout === undefined || disks === undefined ? undefined : planDiskSteps(layout, disks, facts);
  // The packages are merged even where the disks cannot be planned, so that all faults come at once.
  const tree = collect(faults, 'PACKAGES', () =>
    planFiles({ ...input, diskFiles: disks?.files ?? [], system: system ?? systemOf('debian') }),
  );
  if (layout !== undefined && tree !== undefined) faults.push(...checkMountPoints(layout, tree));
  const boot =
    layout === undefined || disks === undefined || tree === undefined || system === undefined
      ? undefined
      : collect(faults, 'BOOTLOADER', () => planBoot(input, { layout, disks, tree, system }));
  if (facts.efi?.bits === 32) faults.push(SMALL_FIRMWARE);
  if (faults.length > 0 || !system || !layout || !disks || !diskSteps || !boot || !tree) {
    throw new FaultsError(`planning the installation of ${lookup.name}`, faults, {
      hint: `gutinteg plan ${lookup.name} --site SITE --disks FACTS.json`,
    });
  }
  const plan: InstallPlan = {
    format: 2,
    machine: { machineId: lookup.machineId, name: lookup.name },
    generation: lookup.generation,
    facts,
    layout,
    obstacles: diskSteps.faults,
    notices: [...layout.notes, ...tree.notices, ...foreseeEntryFaults(facts.efi)],
    started: [...boot.started, `/${system.findKernel(tree).kernel}`],
    steps: [...diskSteps.steps, ...planSteps({ input, disks, boot, tree })],
  };
  return { plan, tree };
}

type MachineBoot = BootPlan & { readonly menu: RenderedFile; readonly started: readonly string[] };

function planBoot(
  { lookup: { record }, consoles }: InstallInput,
  { layout, disks, tree, system }: { layout: Layout; disks: LinuxDiskPlan; tree: MergedTree; system: SystemKind },
): MachineBoot {
  const architecture = architectureOfRecord(record);
  if (architecture === undefined) throw new UserError(`ARCH='${record['ARCH']}' is not known`, { exitCode: 2 });
  const paths = system.bootPaths;
  const [main, ...others] = bootLoadersOf(layout, record['BOOTLOADER']);
  const menu = main.renderMenu({
    layout,
    rootArguments: disks.rootArguments,
    kernels: [system.findKernel(tree)],
    title: menuTitle(record),
    consoles,
    paths,
  });
  const osmode: BootPlanInput['osmode'] = record['OSMODE'] === 'packages' ? 'packages' : 'image';
  const input: BootPlanInput = { layout, tree, architecture, paths, menu, osmode, target: TARGET };
  const loaders = [main, ...others];
  const plans = loaders.map((loader) => loader.plan(input));
  return {
    artefacts: plans.flatMap(({ artefacts }) => artefacts),
    steps: plans.flatMap(({ steps }) => steps),
    started: loaders.flatMap((loader) => loader.started(input)),
    menu,
  };
}

function planSteps(settled: {
  readonly input: InstallInput;
  readonly disks: LinuxDiskPlan;
  readonly boot: MachineBoot;
  readonly tree: MergedTree;
}): InstallStep[] {
  const { input, disks, boot, tree } = settled;
  return [
    ...disks.mounts.flatMap(({ device, mountPoint, fsType, options, isLater }) =>
      isLater === true
        ? []
        : mountSteps(['mount', '-t', fsType, '-o', options, device, TARGET + mountPoint], TARGET + mountPoint),
    ),
    {
      phase: 'files',
      kind: 'lay-files',
      digest: treeDigest(tree),
      entries: tree.entries.length,
      rawBytes: tree.rawBytes,
      why: describeLayers(input),
    },
    ...['/dev', '/proc', '/sys', '/run'].flatMap((path) =>
      mountSteps(['mount', '--bind', path, TARGET + path], TARGET + path),
    ),
    ...commandSteps(input, tree),
    ...boot.steps.map((step): InstallStep => {
      return step.kind === 'command'
        ? { phase: 'boot-loader', destroys: false, ...step }
        : { phase: 'boot-loader', ...step };
    }),
    {
      phase: 'boot-loader',
      kind: 'write-files',
      files: [boot.menu],
      why: 'the first boot menu',
    },
    { phase: 'finish', kind: 'leave-state', artefacts: boot.artefacts, why: 'what the nightly run needs to know' },
    { phase: 'finish', kind: 'command', argv: ['sync'], destroys: false, why: 'write everything to the disk' },
    {
      phase: 'finish',
      kind: 'command',
      argv: ['umount', '-R', TARGET],
      destroys: false,
      why: 'leave the file systems clean',
    },
    // An array that does not end clean costs a look at its bitmap, and no installation.
    ...disks.releases.map(({ argv, why }): InstallStep => ({
      phase: 'finish',
      kind: 'command',
      argv,
      destroys: false,
      okExitCodes: [0, 1, 5],
      why,
    })),
  ];
}

// Every path of a new machine is one that was created.
function commandSteps({ image, packages }: InstallInput, tree: MergedTree): InstallStep[] {
  const sources = [image, ...packages].map(commandSource);
  const { commands } = planAfter({ sources, changes: tree.entries, place: 'install' });
  if (commands.length === 0) return [];
  return [{ phase: 'commands', kind: 'run-after', commands, why: 'what packages ask for in a new system' }];
}

function mountSteps(argv: Argv, path: string): InstallStep[] {
  return [
    { phase: 'mount', kind: 'make-directory', path, why: `mount point ${path}` },
    { phase: 'mount', kind: 'command', argv, destroys: false, why: `${argv.at(-2)} at ${path}` },
  ];
}

function describeLayers({ lookup }: InstallInput): string {
  return `image ${lookup.image.name}, then ${lookup.packages.map(({ name }) => name).join(', ') || 'no packages'}`;
}

/** Runs one part of the planning; what it throws for the user becomes faults beside those of the other parts. */
function collect<T>(faults: Fault[], where: string, work: () => T): T | undefined {
  try {
    return work();
  } catch (error) {
    if (error instanceof FaultsError) faults.push(...error.faults);
    else if (error instanceof UserError) faults.push({ severity: 'error', where, message: error.message });
    else throw error;
    return undefined;
  }
}
