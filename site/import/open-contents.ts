// What an archive file contains. In: an open file, a private directory. Out: its tar archive, and for a Debian package
// the control files. Never: trusts the name of the file.
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import type { RunCommand } from '../../lib/run-command.ts';
import { openByteSource } from './byte-source.ts';
import { DEB_MAGIC, findDebMembers } from './deb-members.ts';
import type { DebPart } from './deb-members.ts';
import type { Deadline } from './deadline.ts';
import type { ImportLimits } from './limits.ts';
import type { OpenFile } from './open-archive.ts';
import { openTar } from './open-tar.ts';
import type { OpenTar } from './open-tar.ts';
import { readControl } from './read-control.ts';
import type { ControlFiles } from './read-control.ts';

export type Contents = {
  readonly tar: OpenTar;
  /** Of a Debian package. */
  readonly control: ControlFiles | undefined;
};

export type Opening = {
  readonly what: string;
  readonly file: OpenFile;
  /** Nobody else's. */
  readonly work: string;
  readonly limits: ImportLimits;
  readonly deadline: Deadline;
  readonly run: RunCommand;
};

const MOST_CONTROL_BYTES = 64 * 1024 ** 2;

/** @throws UserError for what is neither a tar archive nor a Debian package */
export async function openContents(opening: Opening): Promise<Contents> {
  const { what, file, limits } = opening;
  const bytes = openByteSource(file.fd, { what, start: 0, sizeBytes: file.sizeBytes });
  const isDeb = file.sizeBytes >= DEB_MAGIC.length && bytes.read(0, DEB_MAGIC.length).toString('latin1') === DEB_MAGIC;
  if (!isDeb)
    return {
      tar: await openPart(opening, 'data', { start: 0, sizeBytes: file.sizeBytes }, limits),
      control: undefined,
    };
  const parts = findDebMembers(bytes);
  const diskBytes = Math.min(limits.diskBytes, MOST_CONTROL_BYTES);
  const controlTar = await openPart(opening, 'control', parts.control, { ...limits, diskBytes });
  try {
    const control = readControl(controlTar.source);
    return { tar: await openPart(opening, 'data', parts.data, limits), control };
  } finally {
    controlTar.close();
  }
}

async function openPart(
  { what, file, work, deadline, run }: Opening,
  name: string,
  part: DebPart,
  limits: ImportLimits,
): Promise<OpenTar> {
  const dir = join(work, name);
  mkdirSync(dir);
  const bytes = openByteSource(file.fd, { what, ...part });
  return await openTar({ bytes, work: dir, limits: { ...limits, milliseconds: deadline.remainingMs() }, run });
}
