// The installer's own disk steps on a loop device: planned from its facts as they are, and carried out.
import assert from 'node:assert/strict';
import type { DiskRecord } from '../../contract/disk-record.ts';
import { applyInstall } from '../../installer/apply/apply-install.ts';
import { planDiskSteps } from '../../installer/plan/plan-disk-steps.ts';
import type { InstallPlan } from '../../installer/plan/plan-install.ts';
import { createProgress } from '../../installer/apply/report-progress.ts';
import { GiB } from '../../lib/bytes.ts';
import { runCommand } from '../../lib/run-command.ts';
import type { RunCommand } from '../../lib/run-command.ts';
import type { DiskFacts, MachineFacts } from '../../partition-specs/disk-facts.ts';
import type { RecordedExtent } from '../../partition-specs/find-data.ts';
import { planLayout } from '../../partition-specs/plan-layout.ts';
import { renderLinux } from '../../partition-specs/render/linux.ts';
import { parsePartitionSpec } from '../../partition-specs/spec.ts';
import { readLoopDisk } from './loop-disk.ts';

/** Loop devices have none of their own. */
export const LOOP_SERIAL = 'LOOP';

/** As `install` reads the disk. */
export async function readSerialDisk(path: string): Promise<DiskFacts> {
  return { ...(await readLoopDisk(path)), serial: LOOP_SERIAL };
}

const machineId = '0b6f1d52-6a0e-4c3b-9a57-3f0d8c2e1a41';

type Installation = {
  readonly spec: string;
  readonly path: string;
  readonly initData?: readonly string[];
  readonly knownEmpty?: readonly string[];
  readonly recorded?: readonly RecordedExtent[];
  readonly run?: RunCommand;
  readonly firmware?: MachineFacts['firmware'];
  /** What the server has; added to. */
  readonly saved?: DiskRecord[];
};

/** Plans and carries out the disk steps; answers what was saved and said. Rejects as the installer would end. */
export async function install(installation: Installation) {
  const { spec, path, initData, knownEmpty, recorded, run = runCommand, saved = [], firmware = 'bios' } = installation;
  const readFacts = async (): Promise<MachineFacts> => {
    return {
      firmware,
      memoryBytes: GiB,
      macs: [],
      disks: [await readSerialDisk(path)],
      stacks: [],
    };
  };
  const facts = await readFacts();
  const layout = planLayout({
    spec: parsePartitionSpec(spec),
    facts,
    bindings: { disk0: `path:${path}` },
    machineId,
    initData,
    knownEmpty,
    recorded,
  });
  const { steps, faults } = planDiskSteps(layout, renderLinux(layout), facts);
  assert.deepEqual(faults, []);
  const lines: string[] = [];
  await applyInstall(
    { steps, layout, facts } as unknown as InstallPlan,
    { entries: [], images: [], rawBytes: 0, notices: [], sharedPaths: [] },
    {
      run,
      readFacts,
      saveDisks: async (record) => void saved.push(record),
      progress: createProgress({ print: (line) => lines.push(line), now: () => 0 }),
      fetcher: async () => new Uint8Array(),
      onFirstWrite: () => undefined,
      keepDescription: async () => undefined,
      identity: { serverUrl: 'http://s', mac: 'm', consoles: [], token: 't', publicKeys: [] },
    },
  );
  return { layout, saved, lines };
}
