/** `0x5000C500A1B2C3D4` and `naa.5000c500a1b2c3d4` are one WWN: lsblk prints the first, sysfs the second. */
export function plainWwn(wwn: string): string {
  return wwn.toLowerCase().replace(/^(0x|naa\.|eui\.)/, '');
}
