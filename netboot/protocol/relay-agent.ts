// What a relay says of a client in option 82. In: DHCP options. Out: addresses. Never: changes the option, which goes back
// to the relay as it came, with all that is not understood here.
import { formatIpv4 } from '../../lib/ipv4.ts';
import { option } from './dhcp-options.ts';
import type { DhcpOptions } from './dhcp-option-areas.ts';

/** @see RFC 3527 (5), RFC 5107 (11) */
const LINK_SELECTION = 5;
const SERVER_ID_OVERRIDE = 11;

/** An address of the network that the client is on, where the relay's own address is of another one. @see RFC 3527 */
export function linkSelectionOf(options: DhcpOptions): string | undefined {
  return suboptionAddress(options, LINK_SELECTION);
}

/** The address that the client is to take for its server's, so that it renews through the relay. @see RFC 5107 §4 */
export function serverIdOverrideOf(options: DhcpOptions): string | undefined {
  return suboptionAddress(options, SERVER_ID_OVERRIDE);
}

/** Undefined also where the suboption is not one address, or the suboptions before it run past the end. */
function suboptionAddress(options: DhcpOptions, wanted: number): string | undefined {
  const bytes = options.get(option.relayAgent) ?? new Uint8Array();
  for (let at = 0; at + 2 <= bytes.length;) {
    const [code, sizeBytes = 0] = bytes.subarray(at, at + 2);
    const value = bytes.subarray(at + 2, at + 2 + sizeBytes);
    if (value.length < sizeBytes) return undefined;
    if (code === wanted) return value.length === 4 ? givenAddress(value) : undefined;
    at += 2 + sizeBytes;
  }
  return undefined;
}

function givenAddress(bytes: Uint8Array): string | undefined {
  const number = new DataView(bytes.buffer, bytes.byteOffset, 4).getUint32(0);
  return number === 0 ? undefined : formatIpv4(number);
}
