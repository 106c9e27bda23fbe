/** What a UEFI machine can be booted by: `NETBOOT` of its record, `netboot` of site.yaml. A BIOS has iPXE alone. */
export const netbootWays = ['grub', 'ipxe'] as const;

export type NetbootWay = (typeof netbootWays)[number];

/** Undefined for a word that is none of them. */
export function netbootWayNamed(word: string | undefined): NetbootWay | undefined {
  return netbootWays.find((way) => way === word);
}
