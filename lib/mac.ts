/** A MAC address in its one canonical spelling: six lower-case octets with colons, `00:40:33:2d:08:3f`. */
export type Mac = string & { readonly __brand: 'Mac' };

/**
 * Accepts `00:40:33:2D:08:3F`, `00-40-33-2d-08-3f`, `0:40:33:2d:8:3f` and `004033.2d083f`-like forms of 12 digits.
 * Undefined when the text is no MAC address.
 */
export function parseMac(text: string): Mac | undefined {
  const octets = text.trim().toLowerCase().split(/[:-]/);
  if (octets.length === 6 && octets.every((octet) => /^[0-9a-f]{1,2}$/.test(octet))) {
    return octets.map((octet) => octet.padStart(2, '0')).join(':') as Mac;
  }
  const digits = text.trim().toLowerCase().replaceAll('.', '');
  if (!/^[0-9a-f]{12}$/.test(digits)) return undefined;
  return (digits.match(/../g) ?? []).join(':') as Mac;
}
