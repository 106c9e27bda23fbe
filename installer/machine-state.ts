// What an installation leaves on the machine for the runs that follow, in /var/lib/gutinteg.
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { keptDataSchema } from '../contract/report.ts';
import { UserError } from '../lib/errors.ts';
import { parseJsonEdge } from '../lib/parse-edge.ts';
import { layoutSchema } from '../partition-specs/layout.ts';

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

const machineStateSchema = z.object({
  format: z.literal(2),
  machineId: z.uuid(),
  hostname: z.string(),
  serverUrl: z.url(),
  mac: z.string(),
  consoles: z.array(z.string()),
  /** The generation that was installed. */
  generation: z.string(),
  layout: layoutSchema,
  /** Data partitions that the installation kept, with their digests before and after. */
  data: z.array(keptDataSchema),
  /** One entry for each disk that the firmware can start from. */
  bootLoader: z.array(
    z.object({
      areas: z.object({
        disk: z.string(),
        partUuid: z.string(),
        areas: z.array(z.object({ name: z.string(), startBytes: z.int(), sizeBytes: z.int() })),
      }),
      /** SHA-256 of each area after grub-install; a difference means that it is not as planned. */
      digests: z.record(z.string(), z.string()),
    }),
  ),
});

export type MachineState = z.infer<typeof machineStateSchema>;

/** @throws UserError (exit code 2) on a machine that gutinteg did not install. */
export async function readMachineState(root = '/'): Promise<MachineState & { readonly token: string }> {
  const path = join(root, MACHINE_FILE);
  try {
    const [text, token] = await Promise.all([readFile(path, 'utf8'), readFile(join(root, TOKEN_FILE), 'utf8')]);
    return { ...parseJsonEdge(machineStateSchema, text, path), token: token.trim() };
  } catch (cause) {
    if (!(cause instanceof Error) || !('code' in cause)) throw cause;
    throw new UserError(`${path} cannot be read: gutinteg did not install this machine, or its state was removed`, {
      exitCode: 2,
      cause,
    });
  }
}
