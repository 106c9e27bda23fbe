// What is known of a machine's UEFI firmware. In: nothing. Out: zod schemas and their types. Never: I/O.
import { z } from 'zod';

/** Four hexadecimal digits, as in Boot0001. */
const bootNumber = z.string().regex(/^[0-9A-F]{4}$/, 'not the number of a boot entry');

const bootEntrySchema = z.object({
  number: bootNumber,
  active: z.boolean(),
  label: z.string(),
  /** The device path as efibootmgr prints it, with what follows it. */
  target: z.string(),
  /** UUID of the GPT partition that it starts from, in lower case. */
  partUuid: z.string().exactOptional(),
  /** The file that it starts there: `\EFI\debian\shimx64.efi`. */
  loaderPath: z.string().exactOptional(),
});

export const bootEntriesSchema = z.object({
  /** What this start was from; firmware need not say it. */
  current: bootNumber.exactOptional(),
  /** What the next start alone is from. */
  next: bootNumber.exactOptional(),
  order: z.array(bootNumber),
  entries: z.array(bootEntrySchema),
});

export const efiFactsSchema = z.object({
  /** Of the firmware, not of the processor. */
  bits: z.union([z.literal(32), z.literal(64)]),
  /** Whether the firmware starts only what is signed. */
  secureBoot: z.boolean(),
  /** `hidden`: the firmware, or this kernel, shows none. */
  variables: z.enum(['writable', 'read-only', 'hidden']),
  /** For variables; absent where the kernel does not know it. */
  freeBytes: z.int().nonnegative().exactOptional(),
  boot: bootEntriesSchema,
});

export type BootEntry = z.infer<typeof bootEntrySchema>;
export type BootEntries = z.infer<typeof bootEntriesSchema>;
export type EfiFacts = z.infer<typeof efiFactsSchema>;
