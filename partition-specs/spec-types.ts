// What a PARTITION text says, before any disk is known. Columns count from 1 in `PartitionSpec.text`.

export type SizeRequest =
  | { readonly kind: 'exact'; readonly sizeBytes: number }
  | { readonly kind: 'percent'; readonly percent: number }
  | { readonly kind: 'range'; readonly minBytes: number; readonly maxBytes: number }
  | { readonly kind: 'rest' };

export type PartitionRequest = {
  /** `a`…`z`; what it becomes (1…, 0…, a…) is the OS family's business. */
  readonly letter: string;
  readonly size: SizeRequest;
  readonly filesystem: string;
  readonly mountPoint?: string;
  readonly options: readonly string[];
  /** Never formatted, wiped, moved or resized. */
  readonly data: boolean;
  /** Where its opening parenthesis is. */
  readonly column: number;
};

export type DiskSpec = {
  /** Logical name: `hda`, `c0t3d0`, `disk0`. */
  readonly name: string;
  readonly column: number;
  readonly partitions: readonly PartitionRequest[];
};

export type PartitionSpec = {
  /** The text on one line. */
  readonly text: string;
  readonly disks: readonly DiskSpec[];
};
