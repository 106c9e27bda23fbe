// The boot loader as the installation left it. In: the machine's state, its disks as they are. Out: what was not as
// recorded, put right. Never: touches the boot loader of a machine that was adopted.
import type { Report } from '../../contract/report.ts';
import { describeError, UserError } from '../../lib/errors.ts';
import type { RunCommand } from '../../lib/run-command.ts';
import { describeDisk } from '../../partition-specs/disk-facts.ts';
import { bootDiskArgv, locateBootAreas } from '../boot-loaders/plan-boot-areas.ts';
import { readBootDigests } from '../boot-loaders/read-boot-digests.ts';
import type { MachineState } from '../machine/machine-state.ts';
import type { SystemKind } from '../systems/system-kind.ts';

type Change = Report['changes'][number];
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

/** Reinstalls the boot loader on each disk where its bytes are not those that were recorded. */
export async function keepBootLoader(input: KeepInput): Promise<KeptBootLoader> {
  const { bootLoader } = input.state;
  if (bootLoader.length === 0) return { changes: [], errors: [], notices: [], bootLoader };
  try {
    return await keepEach(input);
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    return { changes: [], errors: [`boot loader: ${describeError(error)}`.slice(0, 8000)], notices: [], bootLoader };
  }
}

async function keepEach({ state, system, run, changeNothing }: KeepInput): Promise<KeptBootLoader> {
  const { bootLoader } = state;
  const { found, missing } = locateBootAreas(
    bootLoader.map(({ areas }) => areas),
    (await run(bootDiskArgv)).stdout,
  );
  const changes: Change[] = [];
  const kept: BootLoader = [];
  for (const areas of found) {
    const recorded = bootLoader.find((each) => each.areas.partUuid === areas.partUuid)?.digests ?? {};
    const now = await readBootDigests(areas);
    const wrong = areas.areas.map(({ name }) => name).filter((name) => now[name] !== recorded[name]);
    if (wrong.length > 0) {
      const why = `boot loader: ${wrong.join(' and ')} not as installed`;
      changes.push({ path: areas.disk, action: 'replaced', why });
      if (!changeNothing) await run(system.bootLoaderArgv(areas.disk));
    }
    kept.push({ areas, digests: wrong.length === 0 || changeNothing ? recorded : await readBootDigests(areas) });
  }
  const notices = missing.map(({ partUuid }) => missingDisk(state.layout, partUuid));
  const absent = bootLoader.filter(({ areas }) => missing.some(({ partUuid }) => partUuid === areas.partUuid));
  const isSame = changes.length === 0 || changeNothing;
  return { changes, errors: [], notices, bootLoader: isSame ? bootLoader : [...kept, ...absent] };
}

function missingDisk(layout: MachineState['layout'], partUuid: string): string {
  const disk = layout?.disks.find(({ partitions }) => partitions.some(({ uuid }) => uuid === partUuid));
  const which = disk === undefined ? `the one with partition ${partUuid}` : describeDisk(disk.hardware);
  return `a disk that the machine could start from is missing: ${which}`;
}
