// Byte ranges of disks that belong to a boot loader. In: what was recorded. Out: what differs, installed again. Never:
// writes to a disk of which it is not sure.
import type { Argv, RunCommand } from '../../lib/run-command.ts';
import type { DiskBytes, RecordedBoot } from './boot-artefact.ts';
import type { Change, KeepInput, Kept } from './kept-boot.ts';
import { bootDiskArgv, locateBootAreas } from './plan-boot-areas.ts';
import { readBootDigests } from './read-boot-digests.ts';

/** @throws UserError when two disks carry one partition, or none of the disks is left */
export async function keepDiskBytes(
  { recorded, run, changeNothing }: KeepInput,
  install: (disk: string) => Argv,
): Promise<Kept> {
  const areas = recorded.map(({ artefact }) => diskBytes(artefact));
  const { found, missing } = locateBootAreas(areas, (await run(bootDiskArgv)).stdout);
  const changes: Change[] = [];
  const kept: RecordedBoot[] = [];
  for (const artefact of found) {
    for (const each of recorded.filter((one) => one.artefact.partUuid === artefact.partUuid)) {
      kept.push(await keepOne({ ...each, artefact }, { changes, ...(changeNothing ? {} : { run, install }) }));
    }
  }
  const absent = missing.map(({ partUuid }) => partUuid);
  return {
    changes,
    errors: [],
    notices: [],
    recorded: [...kept, ...recorded.filter(({ artefact }) => absent.includes(artefact.partUuid))],
    missing: absent,
  };
}

type One = RecordedBoot & { readonly artefact: DiskBytes };
type Doing = { readonly changes: Change[]; readonly run?: RunCommand; readonly install?: (disk: string) => Argv };

/** What to record of it from now on. */
async function keepOne(one: One, { changes, run, install }: Doing): Promise<RecordedBoot> {
  const { artefact, digests } = one;
  const now = await readBootDigests(artefact);
  const wrong = Object.keys(now).filter((name) => now[name] !== digests[name]);
  if (wrong.length === 0) return one;
  const why = `boot loader: ${wrong.join(' and ')} not as installed`;
  changes.push({ path: artefact.disk, action: 'replaced', why });
  if (run === undefined || install === undefined) return one;
  await run(install(artefact.disk));
  return { ...one, digests: await readBootDigests(artefact) };
}

export function diskBytes(artefact: RecordedBoot['artefact']): DiskBytes {
  if (artefact.kind !== 'disk-bytes')
    throw new Error(`an artefact of the kind ${artefact.kind} is not bytes of a disk`);
  return artefact;
}
