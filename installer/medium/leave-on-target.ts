// What a start from a medium leaves on the installed system. In: its root, what was kept. Out: files.
import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { StoredDiskRecord } from '../../contract/disk-record.ts';
import { installedMarks } from '../../contract/medium.ts';
import { DISKS_BEFORE_FILE, MEDIUM_EVENTS_FILE } from '../machine/machine-state.ts';
import type { Kept } from './medium-client.ts';

/** What is told later of an installation without a server. */
export type Untold = { readonly machineId: string; readonly kept: Kept };

/** The mark that this build has installed the machine; and, without a server, what it is told later. */
export async function leaveOnTarget(root: string, buildId: string, untold?: Untold): Promise<void> {
  await write(join(root, installedMarks(buildId)[0]), '', 0o644);
  if (untold === undefined) return;
  const { machineId, kept } = untold;
  await write(join(root, MEDIUM_EVENTS_FILE), JSON.stringify(kept.events), 0o600);
  if (kept.disks === undefined) return;
  const record: StoredDiskRecord = { format: 1, savedAtMs: Date.now(), machineId, ...kept.disks };
  await write(join(root, DISKS_BEFORE_FILE), JSON.stringify(record), 0o600);
}

async function write(path: string, text: string, mode: number): Promise<void> {
  await mkdir(dirname(path), { recursive: true });
  await writeFile(path, text, { mode });
}
