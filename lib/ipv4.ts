/** `10.77.0.1` → 0x0a4d0001 as an unsigned number; undefined when the text is no dotted quad. */
export function parseIpv4(text: string): number | undefined {
  const parts = text.split('.');
  if (parts.length !== 4 || !parts.every((part) => /^(0|[1-9]\d{0,2})$/.test(part) && Number(part) <= 255))
    return undefined;
  return parts.reduce((value, part) => value * 256 + Number(part), 0);
}

/** 0x0a4d0001 → `10.77.0.1`. */
export function formatIpv4(address: number): string {
  return [24, 16, 8, 0].map((shift) => (address >>> shift) & 255).join('.');
}

/** `255.255.255.0` → 24; undefined when the mask is no mask. */
export function prefixLength(netmask: string): number | undefined {
  const mask = parseIpv4(netmask);
  if (mask === undefined) return undefined;
  const hostBits = 2 ** 32 - 1 - mask;
  const length = 32 - Math.log2(hostBits + 1);
  return Number.isInteger(length) ? length : undefined;
}
