/** `10.77.0.1` → 0x0a4d0001 as an unsigned number; undefined when the text is not a dotted quad. */
export function parseIpv4(text: string): number | undefined {
  // By hand: a database has hundreds of thousands of them.
  let address = 0;
  let octet = 0;
  let digits = 0;
  let dots = 0;
  for (let at = 0; at < text.length; at += 1) {
    const code = text.charCodeAt(at);
    if (code === 46) {
      if (digits === 0) return undefined;
      address = address * 256 + octet;
      octet = 0;
      digits = 0;
      dots += 1;
    } else {
      if (code < 48 || code > 57 || (digits > 0 && octet === 0)) return undefined;
      octet = octet * 10 + code - 48;
      digits += 1;
      if (octet > 255) return undefined;
    }
  }
  return dots === 3 && digits > 0 ? address * 256 + octet : undefined;
}

/** 0x0a4d0001 → `10.77.0.1`. */
export function formatIpv4(address: number): string {
  return [24, 16, 8, 0].map((shift) => (address >>> shift) & 255).join('.');
}

/** `255.255.255.0` → 24; undefined when the text is not a netmask. */
export function prefixLength(netmask: string): number | undefined {
  const mask = parseIpv4(netmask);
  if (mask === undefined) return undefined;
  const hostBits = 2 ** 32 - 1 - mask;
  const length = 32 - Math.log2(hostBits + 1);
  return Number.isInteger(length) ? length : undefined;
}

/** Whether both addresses lie in the same network under `netmask`; false when any text is not an address. */
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
