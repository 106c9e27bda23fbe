/** `PTTYPE` is the kind of a partition table. */
export type BlkidFound = {
  readonly TYPE?: string;
  readonly PTTYPE?: string;
  readonly UUID?: string;
  readonly LABEL?: string;
};

/** The lines `KEY=value` of `blkid --probe --output export`; characters that a shell would mind carry a backslash. */
export function blkidOf(output: string | undefined): BlkidFound {
  const pairs = [...(output ?? '').matchAll(/^(TYPE|PTTYPE|UUID|LABEL)=(.+)$/gm)];
  return Object.fromEntries(pairs.map(([, key, value]) => [key, value?.replaceAll(/\\(.)/g, '$1')]));
}
