// What an installation or an adoption leaves on the machine for the runs that follow, in /var/lib/gutinteg.
import { mkdir, readFile, readdir } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { z } from 'zod';
import { keptDataSchema } from '../../contract/report.ts';
import { UserError } from '../../lib/errors.ts';
import { parseJsonEdge } from '../../lib/parse-edge.ts';
import { writeFileAtomically } from '../../lib/write-file-atomically.ts';
import { layoutSchema } from '../../partition-specs/layout.ts';
import { recordedBootSchema, storeRecordedBoot } from '../boot-loaders/boot-artefact.ts';

/** The directory on the machine; below the target while installing. */
const STATE_DIR = '/var/lib/gutinteg';
/** machine.json: world-readable, no secrets. */
export const MACHINE_FILE = `${STATE_DIR}/machine.json`;
/** The token for reports, 0600. */
export const TOKEN_FILE = `${STATE_DIR}/token`;
/** The site's public keys; a manifest that none of them signed is refused. */
export const KEYS_DIR = `${STATE_DIR}/keys`;
/** packagelink's database of what is installed. */
export const FILES_DATABASE = `${STATE_DIR}/packagelink.db`;
/** Made when the first run after an installation has been reported. */
export const FIRST_BOOT_FILE = `${STATE_DIR}/first-boot-reported`;

/** Which kernels the system was started with. */
export const KERNELS_FILE = `${STATE_DIR}/kernels.json`;

/** What the server last answered, and the manifests that belong to it, 0600. */
export const LOOKUP_FILE = `${STATE_DIR}/lookup.json`;
/** Manifests of that answer, as they were published. */
export const MANIFESTS_DIR = `${STATE_DIR}/manifests`;
/** Reports that the server has not taken yet, 0600 each. */
export const REPORTS_DIR = `${STATE_DIR}/reports`;
/** Events of an installation without a server, 0600; sent before the first report, then gone. */
export const MEDIUM_EVENTS_FILE = `${STATE_DIR}/medium-events.json`;
/** The tables of the disks before an installation without a server, as a server stores them, 0600. */
export const DISKS_BEFORE_FILE = `${STATE_DIR}/disks-before.json`;
/** When a run first found the server away; gone once it answers. */
export const AWAY_FILE = `${STATE_DIR}/server-away`;

const machineStateSchema = z.object({
  format: z.literal(2),
  machineId: z.uuid(),
  hostname: z.string(),
  serverUrl: z.url(),
  mac: z.string(),
  consoles: z.array(z.string()),
  /** The generation that was laid down last. */
  generation: z.string(),
  /** Not there on a machine that was adopted: nobody but itself knows how its disks are laid out. */
  layout: layoutSchema.exactOptional(),
  /** Data partitions that the installation kept, with their digests before and after. */
  data: z.array(keptDataSchema),
  /** What the installer was started from, as the firmware names it; with a BIOS, nothing. */
  networkBoot: z.object({ label: z.string(), target: z.string() }).exactOptional(),
  /** One entry for each artefact, such as a disk that the firmware can start from; none on a machine that was adopted. */
  bootLoader: z.array(recordedBootSchema),
});

export type MachineState = z.infer<typeof machineStateSchema>;

/** @throws UserError (exit code 2) on a machine that gutinteg neither installed nor adopted. */
export async function readMachineState(root = '/'): Promise<MachineState & { readonly token: string }> {
  const path = join(root, MACHINE_FILE);
  try {
    const [text, token] = await Promise.all([readFile(path, 'utf8'), readFile(join(root, TOKEN_FILE), 'utf8')]);
    return { ...parseJsonEdge(machineStateSchema, text, path), token: token.trim() };
  } catch (cause) {
    if (!(cause instanceof Error) || !('code' in cause)) throw cause;
    throw new UserError(
      `${path} cannot be read: gutinteg has neither installed nor adopted this machine, or its state was removed`,
      { exitCode: 2, cause, hint: 'gutinteg adopt --help, on a machine that was installed by hand' },
    );
  }
}

/** PEM text of the site's keys that this machine believes. */
export async function readPublicKeys(root = '/'): Promise<string[]> {
  const dir = join(root, KEYS_DIR);
  const names = (await readdir(dir)).filter((name) => name.endsWith('.pub')).sort();
  return Promise.all(names.map(async (name) => readFile(join(dir, name), 'utf8')));
}

/** The text of machine.json. */
export function formatMachineState(state: MachineState): string {
  return `${JSON.stringify({ ...state, bootLoader: state.bootLoader.map(storeRecordedBoot) }, null, 2)}\n`;
}

/** Replaces machine.json. */
export async function writeMachineState(state: MachineState, root = '/'): Promise<void> {
  const path = join(root, MACHINE_FILE);
  await mkdir(dirname(path), { recursive: true, mode: 0o755 });
  await writeFileAtomically(path, formatMachineState(state));
}
