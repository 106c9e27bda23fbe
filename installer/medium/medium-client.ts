// What an installer asks a server for, answered by a medium. In: the mounted medium, one of its machines. Out: the same
// answers as by HTTP; what would be sent is kept. Never: writes to the medium; trusts a file of the store more than one
// that came by HTTP: whoever asks checks digests and signatures.
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { InstallClient } from '../../contract/client.ts';
import type { DiskRecord } from '../../contract/disk-record.ts';
import type { InstallEvent } from '../../contract/events.ts';
import { mediumPaths } from '../../contract/medium.ts';
import type { MediumMachine } from '../../contract/medium.ts';
import { UserError } from '../../lib/errors.ts';

/** What the server is told later. */
export type Kept = { readonly events: InstallEvent[]; disks: DiskRecord | undefined };

const MOST_EVENTS = 2000;

export function createMediumClient(dir: string, { lookup }: MediumMachine): { client: InstallClient; kept: Kept } {
  const kept: Kept = { events: [], disks: undefined };
  const client: InstallClient = {
    lookup: async () => lookup,
    storeFile: async (path) => readStore(dir, path),
    // Of its progress, the end counts.
    sendEvents: async (_machineId, events) => {
      kept.events.push(...events.filter(({ kind }) => kind !== 'step-progress'));
      kept.events.splice(0, kept.events.length - MOST_EVENTS);
    },
    saveDisks: async (_machineId, record) => void (kept.disks = record),
    // Nobody but a server knows more of data partitions than the tables on the disks say.
    recordedData: async () => [],
  };
  return { client, kept };
}

async function readStore(dir: string, path: string): Promise<Uint8Array<ArrayBuffer>> {
  return readFile(join(dir, mediumPaths.store, path)).catch((cause: unknown) => {
    throw new UserError(`reading ${path} of the medium`, { cause, hint: 'write the image to the medium again' });
  });
}
