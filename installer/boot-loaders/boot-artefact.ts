// What a boot loader leaves on a machine, and how machine.json has it. In: JSON. Out: artefacts with their digests.
// Never: looks at a disk.
import { z } from 'zod';

/** UUID of a partition of the disk, by which it is found again; on DOS tables `12345678-01`. */
const partUuid = z.string();

const diskBytesFields = z.object({
  disk: z.string(),
  partUuid,
  areas: z.array(z.object({ name: z.string(), startBytes: z.int(), sizeBytes: z.int() })),
});
const diskBytesSchema = diskBytesFields.extend({ kind: z.literal('disk-bytes') });

const artefactSchema = z.discriminatedUnion('kind', [
  diskBytesSchema,
  z.object({ kind: z.literal('esp-file'), partUuid, path: z.string() }),
  z.object({ kind: z.literal('nvram-entry'), partUuid, label: z.string(), loaderPath: z.string() }),
]);

/** Byte ranges of a disk that belong to the boot loader alone. */
export type DiskBytes = z.infer<typeof diskBytesSchema>;
/** The path of a file is one on the EFI system partition. */
export type BootArtefact = z.infer<typeof artefactSchema>;

const digestsSchema = z.record(z.string(), z.string());
/** SHA-256 of each part of an artefact, by the part's name. */
export type BootDigests = z.infer<typeof digestsSchema>;

/** The only kind there was before there were kinds. */
const FIRST_LOADER = 'grub-bios';

const firstFormatSchema = z
  .object({ areas: diskBytesFields, digests: digestsSchema })
  .transform(({ areas, digests }) => {
    return { loader: FIRST_LOADER, artefact: { kind: 'disk-bytes' as const, ...areas }, digests };
  });

/** An entry of machine.json, also as it is written for machines with a BIOS: without its kind. */
export const recordedBootSchema = z.union([
  firstFormatSchema,
  z.object({ loader: z.string(), artefact: artefactSchema, digests: digestsSchema }),
]);

/** An artefact as it was after the installation; `loader` is the name of the kind that installed it. */
export type RecordedBoot = z.infer<typeof recordedBootSchema>;

/** The entry as machine.json has it. An agent from before there were kinds must be able to read that of a BIOS. */
export function storeRecordedBoot({ loader, artefact, digests }: RecordedBoot): z.input<typeof recordedBootSchema> {
  if (loader !== FIRST_LOADER || artefact.kind !== 'disk-bytes') return { loader, artefact, digests };
  const { kind: _kind, ...areas } = artefact;
  return { areas, digests };
}
