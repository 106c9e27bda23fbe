// The boot loaders as the installation left them. In: the machine's state, its disks and firmware as they are. Out: what
// was not as it should be, put right. Never: touches the boot loader of a machine that was adopted.
import { architectureOf, architectureOfRecord } from '../../lib/architecture.ts';
import { describeWithHint, UserError } from '../../lib/errors.ts';
import type { RunCommand } from '../../lib/run-command.ts';
import { describeDisk } from '../../partition-specs/disk-facts.ts';
import { bootLoaderNamed } from '../boot-loaders/all.ts';
import type { RecordedBoot } from '../boot-loaders/boot-artefact.ts';
import type { Change, Kept } from '../boot-loaders/kept-boot.ts';
import type { MachineState } from '../machine/machine-state.ts';
import type { SystemKind } from '../systems/system-kind.ts';

type BootLoader = MachineState['bootLoader'];

/** `bootLoader` is what to record from now on: the same object when nothing has changed. */
export type KeptBootLoader = {
  readonly changes: readonly Change[];
  readonly errors: readonly string[];
  readonly notices: readonly string[];
  readonly bootLoader: BootLoader;
};

type KeepInput = {
  readonly state: MachineState;
  readonly system: SystemKind;
  readonly run: RunCommand;
  readonly changeNothing: boolean;
};

/** Puts back whatever of each boot loader is not as it should be. */
export async function keepBootLoader(input: KeepInput): Promise<KeptBootLoader> {
  const { bootLoader } = input.state;
  const kept: Kept[] = [];
  // One that cannot be looked after says nothing of another.
  for (const [name, recorded] of Map.groupBy(bootLoader, ({ loader }) => loader)) {
    kept.push(await keepKind(name, recorded, input));
  }
  const now = kept.flatMap(({ recorded }) => recorded);
  const isSame = input.changeNothing || kept.every(({ changes }) => changes.length === 0);
  const missing = new Set(kept.flatMap((each) => each.missing));
  return {
    changes: kept.flatMap(({ changes }) => changes),
    errors: kept.flatMap(({ errors }) => errors),
    notices: [
      ...new Set([...missing].map((partUuid) => missingDisk(input.state.layout, partUuid))),
      ...kept.flatMap(({ notices }) => notices),
    ],
    bootLoader: isSame ? bootLoader : now,
  };
}

async function keepKind(
  name: string,
  recorded: readonly RecordedBoot[],
  { state, system, run, changeNothing }: KeepInput,
): Promise<Kept> {
  const architecture = architectureOfRecord({ ARCH: architectureOf(process.arch) });
  if (architecture === undefined) throw new Error(`Node runs on ${process.arch}`);
  try {
    return await bootLoaderNamed(name).keep({
      recorded,
      layout: state.layout,
      architecture,
      paths: system.bootPaths,
      run,
      changeNothing,
    });
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    const errors = [`boot loader: ${describeWithHint(error)}`.slice(0, 8000)];
    return { changes: [], errors, notices: [], recorded, missing: [] };
  }
}

function missingDisk(layout: MachineState['layout'], partUuid: string): string {
  const disk = layout?.disks.find(({ partitions }) => partitions.some(({ uuid }) => uuid === partUuid));
  const which = disk === undefined ? `the one with partition ${partUuid}` : describeDisk(disk.hardware);
  return `a disk that the machine could start from is missing: ${which}`;
}
