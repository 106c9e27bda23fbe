// What a stick or CD says to the installer that was started from it. In: nothing. Out: zod schemas and their types, paths
// on the medium. Never: I/O.
import { z } from 'zod';
import { parseMac } from '../lib/mac.ts';
import { lookupSchema } from './lookup.ts';

/** The volume name of every medium; which build it is, says a file. */
export const MEDIUM_LABEL = 'GUTINTEG';

/** Of a build: the beginning of the digest of all that is on it. */
export const buildIdSchema = z.string().regex(/^[0-9a-f]{16}$/, 'not 16 hexadecimal digits');

/** Paths on the medium, without a slash in front. */
export const mediumPaths = {
  kernel: 'boot/vmlinuz',
  ramdisk: 'boot/ramdisk.img',
  menu: 'boot/grub/grub.cfg',
  /** An empty file that only this build has: GRUB and the ramdisk know the medium by it. */
  mark: (buildId: string) => `gutinteg/build-${buildId}`,
  description: 'gutinteg/medium.json',
  store: 'gutinteg/store',
} as const;

/**
 * An empty file of an installed system: this build has installed it, and does not again. GRUB finds it, too, so it lies
 * where the kernel is. The second path is the same where /boot is a file system of its own.
 */
export const installedMarks = (buildId: string): readonly [string, string] => [
  `/boot/gutinteg/medium-${buildId}`,
  `/gutinteg/medium-${buildId}`,
];

/** Where the ramdisk mounts the medium. */
export const MEDIUM_MOUNT = '/run/medium';

/** Kernel command-line parameters of a start from a medium; the last two have no value. */
export const mediumParameters = {
  medium: 'gutinteg.medium',
  offline: 'gutinteg.offline',
  again: 'gutinteg.again',
} as const;

const macSchema = z.string().refine((text) => parseMac(text) === text, 'not a MAC address as gutinteg writes it');

/** A machine that the medium installs without asking a server: whoever built it has consented. */
const mediumMachineSchema = z.object({
  macs: z.array(macSchema).min(1).max(100),
  /** For the reports of the installed machine. */
  token: z.string().regex(/^[0-9a-f]{64}$/, 'not a token of 64 hexadecimal digits'),
  lookup: lookupSchema,
});

/** `gutinteg/medium.json`. Without machines, the server is asked what to do with the machine. */
export const mediumSchema = z.object({
  format: z.literal(1),
  buildId: buildIdSchema,
  /** Where reports go, and who is asked. */
  serverUrl: z.url({ protocol: /^http$/ }),
  machines: z.array(mediumMachineSchema).max(1000),
});

export type MediumMachine = z.infer<typeof mediumMachineSchema>;
export type Medium = z.infer<typeof mediumSchema>;
