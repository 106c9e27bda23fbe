// Stretches of a disk in sectors.

export type SectorExtent = { readonly startSector: number; readonly sizeSectors: number };

/** Whether two stretches of one disk have a sector in common. */
export function overlap(left: SectorExtent, right: SectorExtent): boolean {
  const endOf = ({ startSector, sizeSectors }: SectorExtent) => startSector + sizeSectors;
  return left.startSector < endOf(right) && right.startSector < endOf(left);
}
