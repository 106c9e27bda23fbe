/** A hardware address in its one canonical spelling: lower-case octets with colons, `00:40:33:2d:08:3f`. */
export type Mac = string & { readonly __brand: 'Mac' };

// Ethernet; the GUID of an InfiniBand port; what the kernel shows of IP over InfiniBand, whose last eight are the GUID.
const LENGTHS = new Set([6, 8, 20]);

/**
 * Accepts `00:40:33:2D:08:3F`, `00-40-33-2d-08-3f`, `0:40:33:2d:8:3f`, and forms of 12 digits in longer groups such as
 * `0040.332d.083f`, `0040-332d-083f`, `004033-2d083f`; and the same of the 8 or 20 octets of InfiniBand. Undefined when
 * the text is no MAC address.
 * @see RFC 4391 §9.1.1
 */
export function parseMac(text: string): Mac | undefined {
  const octets = text.trim().toLowerCase().split(/[:-]/);
  if (LENGTHS.has(octets.length) && octets.every((octet) => /^[0-9a-f]{1,2}$/.test(octet))) {
    return octets.map((octet) => octet.padStart(2, '0')).join(':') as Mac;
  }
  const digits = text.trim().toLowerCase().replaceAll(/[.-]/g, '');
  if (!/^[0-9a-f]+$/.test(digits) || !LENGTHS.has(digits.length / 2)) return undefined;
  return (digits.match(/../g) ?? []).join(':') as Mac;
}

/** Whether it is an address of Ethernet, six octets, and not of InfiniBand. */
export function isEthernet(mac: Mac): boolean {
  return mac.length === '00:40:33:2d:08:3f'.length;
}

/**
 * `20:00:02:c9:03:00:00:10:39`, the client identifier of an InfiniBand port: the hardware type 32 and its GUID. Such
 * ports send no hardware address, because it does not fit into a DHCP packet.
 * @see RFC 4390 §2.1
 */
export function infinibandClientId(mac: Mac): string {
  return `20:${mac.slice(-'00:02:c9:03:00:00:10:39'.length)}`;
}
