// The boot loader as the installation left it. In: the machine's state, its disks as they are. Out: what was not as
// recorded, put right. Never: touches the boot loader of a machine that was adopted.
import type { Report } from '../../contract/report.ts';
import { describeError, UserError } from '../../lib/errors.ts';
import type { RunCommand } from '../../lib/run-command.ts';
import { describeDisk } from '../../partition-specs/disk-facts.ts';
import { bootLoaderNamed } from '../boot-loaders/all.ts';
import { placeOf } from '../boot-loaders/boot-artefact.ts';
import type { RecordedBoot } from '../boot-loaders/boot-artefact.ts';
import type { BootLoaderKind } from '../boot-loaders/boot-loader-kind.ts';
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

/** Puts back each artefact of the boot loader that is not as it was recorded. */
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

async function keepEach(input: KeepInput): Promise<KeptBootLoader> {
  const { layout, bootLoader } = input.state;
  const changes: Change[] = [];
  const kept: RecordedBoot[] = [];
  const absent: RecordedBoot[] = [];
  for (const [name, recorded] of Map.groupBy(bootLoader, ({ loader }) => loader)) {
    const loader = bootLoaderNamed(name);
    const { found, missing } = await loader.keep(recorded, input.run);
    for (const each of found) kept.push(await keepOne({ ...input, ...each, loader }, changes));
    absent.push(...missing);
  }
  const notices = absent.map(({ artefact }) => missingDisk(layout, artefact.partUuid));
  const isSame = changes.length === 0 || input.changeNothing;
  return { changes, errors: [], notices, bootLoader: isSame ? bootLoader : [...kept, ...absent] };
}

type One = KeepInput & { readonly loader: BootLoaderKind } & Pick<RecordedBoot, 'artefact'> & {
    readonly recorded: RecordedBoot;
  };

/** What to record of it from now on. */
async function keepOne({ loader, artefact, recorded, ...input }: One, changes: Change[]): Promise<RecordedBoot> {
  const now = await loader.digest(artefact);
  const wrong = Object.keys(now).filter((name) => now[name] !== recorded.digests[name]);
  if (wrong.length === 0) return { ...recorded, artefact };
  const why = `boot loader: ${wrong.join(' and ')} not as installed`;
  changes.push({ path: placeOf(artefact), action: 'replaced', why });
  if (input.changeNothing) return { ...recorded, artefact };
  for (const { argv } of loader.install(artefact, input.system.bootPaths)) await input.run(argv);
  return { ...recorded, artefact, digests: await loader.digest(artefact) };
}

function missingDisk(layout: MachineState['layout'], partUuid: string): string {
  const disk = layout?.disks.find(({ partitions }) => partitions.some(({ uuid }) => uuid === partUuid));
  const which = disk === undefined ? `the one with partition ${partUuid}` : describeDisk(disk.hardware);
  return `a disk that the machine could start from is missing: ${which}`;
}
