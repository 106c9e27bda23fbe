// How Linux names the device node of a partition.

/** `/dev/vda`, 1 → `/dev/vda1`; `/dev/nvme0n1`, `/dev/mmcblk0`, `/dev/loop0` → `…p1`, as they end in a digit. */
export function partitionPath(diskPath: string, number: number): string {
  return `${diskPath}${/\d$/.test(diskPath) ? 'p' : ''}${number}`;
}

/** The inverse: undefined when `node` is not a partition of `diskPath`. */
export function partitionNumber(diskPath: string, node: string): number | undefined {
  const digits = /\d+$/.exec(node)?.[0];
  return digits !== undefined && partitionPath(diskPath, Number(digits)) === node ? Number(digits) : undefined;
}
