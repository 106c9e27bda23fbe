/** `10.0.0.1` → 167772161; undefined when the text is no dotted IPv4 address. */
export function parseIpv4(text: string): number | undefined {
  const parts = text.split('.');
  if (parts.length !== 4 || !parts.every((part) => /^(0|[1-9]\d{0,2})$/.test(part))) return undefined;
  let value = 0;
  for (const part of parts) {
    const octet = Number(part);
    if (octet > 255) return undefined;
    value = value * 256 + octet;
  }
  return value;
}

/** 167772161 → `10.0.0.1`. */
export function formatIpv4(value: number): string {
  return [24, 16, 8, 0].map((shift) => (value >>> shift) & 0xff).join('.');
}

/** Whether both addresses lie in the same network under `netmask`; false when any text is no address. */
export function sameNetwork(a: string, b: string, netmask: string): boolean {
  const [left, right, mask] = [parseIpv4(a), parseIpv4(b), parseIpv4(netmask)];
  if (left === undefined || right === undefined || mask === undefined) return false;
  return (left & mask) === (right & mask);
}

/** The broadcast address of the network that `address` lies in. */
export function broadcastOf(address: string, netmask: string): string | undefined {
  const [value, mask] = [parseIpv4(address), parseIpv4(netmask)];
  return value === undefined || mask === undefined ? undefined : formatIpv4((value | ~mask) >>> 0);
}
