import { architectureNames, architectureOfRecord } from '../lib/architecture.ts';

/**
 * Why a machine cannot run the installer of its record, for its console; undefined when it can.
 * @param firmware architecture that its firmware named at this network boot, undefined where nobody heard it
 */
export function findMisfit(record: { readonly ARCH?: string }, firmware: string | undefined): string | undefined {
  const wanted = architectureOfRecord(record)?.name;
  if (wanted === undefined) {
    return `ARCH=${record.ARCH} cannot be installed, only ${architectureNames.join(' and ')} can`;
  }
  if (firmware === undefined || firmware === wanted) return undefined;
  const said = record.ARCH === wanted ? `ARCH=${wanted}` : `no ARCH, which means ${wanted}`;
  return `its record has ${said}, but its firmware is of ${firmware}; change ARCH, then arm it again`;
}
