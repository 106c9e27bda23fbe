// What a PARTITION text says, before any disk is known. Columns count from 1 in `PartitionSpec.text`.

import { asksForEncryption } from './encryption-words.ts';

export type SizeRequest =
  | { readonly kind: 'exact'; readonly sizeBytes: number; readonly cylinders?: number }
  | { readonly kind: 'percent'; readonly percent: number }
  | { readonly kind: 'range'; readonly minBytes: number; readonly maxBytes: number }
  | { readonly kind: 'rest' };

/** Which ends of a range count cylinders, and how many. */
export type RangeCylinders = { readonly min?: number; readonly max?: number };

/** What a partition, an array or a logical volume shall hold. */
export type ContentRequest = {
  /** A file system, `swap`, or one of the words of STACK_WORDS. */
  readonly filesystem: string;
  /** The array or volume group that it becomes a part of. */
  readonly partOf?: string;
  readonly mountPoint?: string;
  readonly options: readonly string[];
  /** The label that was asked for with `label=`. */
  readonly label?: string;
  /** Never formatted, wiped, moved or resized. */
  readonly data: boolean;
  /** Where its opening parenthesis is. */
  readonly column: number;
};

export type PartitionRequest = ContentRequest & {
  /** `a`…`z`; what it becomes (1…, 0…, a…) is the OS family's business. */
  readonly letter: string;
  readonly size: SizeRequest;
  readonly rangeCylinders?: RangeCylinders;
};

export type VolumeRequest = ContentRequest & {
  /** Name of the logical volume. */
  readonly name: string;
  readonly size: SizeRequest;
  readonly rangeCylinders?: RangeCylinders;
};

export type DiskSpec = {
  /** Logical name: `hda`, `c0t3d0`, `disk0`. */
  readonly name: string;
  readonly column: number;
  /** The partition table that was asked for: `gpt` or `dos`. */
  readonly table?: string;
  readonly partitions: readonly PartitionRequest[];
};

/** An array of partitions: `sys: (ext4 /)`, where partitions are `raid1 sys`. */
export type ArraySpec = { readonly name: string; readonly column: number; readonly content: ContentRequest };

/** A volume group: `vg0: (root 20G ext4 /)`, where partitions or arrays are `lvm vg0`. */
export type GroupSpec = {
  readonly name: string;
  readonly column: number;
  readonly volumes: readonly VolumeRequest[];
};

export type PartitionSpec = {
  /** The text on one line. */
  readonly text: string;
  readonly disks: readonly DiskSpec[];
  readonly arrays: readonly ArraySpec[];
  readonly groups: readonly GroupSpec[];
};

/** In the place of a file system: what makes a partition part of something else, and of what. */
export const STACK_WORDS: ReadonlyMap<string, 'array' | 'group'> = new Map([
  ['raid1', 'array'],
  ['lvm', 'group'],
]);

/** What the word makes of a name; other RAID levels and encryption are like arrays that cannot be made. */
export function stackKindOf(word: string): 'array' | 'group' | undefined {
  return STACK_WORDS.get(word) ?? (/^raid\d+$/.test(word) || asksForEncryption(word) ? 'array' : undefined);
}

/** Everything of a spec that holds a file system, swap, or part of something else. */
export function contentsOf(spec: PartitionSpec): ContentRequest[] {
  return [
    ...spec.disks.flatMap((disk) => disk.partitions),
    ...spec.arrays.map((array) => array.content),
    ...spec.groups.flatMap((group) => group.volumes),
  ];
}
