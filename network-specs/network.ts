// The network of one machine as data: what read-network.ts makes of a record, and what renderers write down.
import type { Fault } from '../lib/errors.ts';
import type { Mac } from '../lib/mac.ts';

export type Family = 4 | 6;

/** `10.77.0.101/24` or `2001:db8::1/64`, in the one spelling. */
export type InterfaceAddress = { readonly family: Family; readonly address: string; readonly prefixBits: number };

export type Route = {
  readonly family: Family;
  /** A network with its prefix, or `default`. */
  readonly destination: string;
  /** Undefined where the destination is on the link itself. */
  readonly gateway?: string;
  readonly metric?: number;
  /** The gateway is on the link, although no network of the interface holds it. */
  readonly isOnLink: boolean;
};

export type Dhcp = 'yes' | 'ipv4' | 'ipv6' | 'no';

/** What makes an interface, and its settings; one for each file of kinds/. */
export type Device =
  | { readonly kind: 'card'; readonly macs: readonly Mac[] }
  | { readonly kind: 'bond'; readonly mode: string; readonly hash?: string; readonly lacpRate?: string }
  | { readonly kind: 'bridge'; readonly stp: boolean; readonly isEmpty: boolean }
  | { readonly kind: 'vlan'; readonly id: number };

/** One interface, all decided. */
export type NetworkInterface = {
  /** Beginning of its variables: nothing for the first interface, `NIC_storage_` for another. */
  readonly prefix: string;
  /** Undefined for a card that keeps the name that the kernel gives it. */
  readonly name: string | undefined;
  readonly device: Device;
  /** What a bond, bridge or VLAN is given as its MAC address. */
  readonly mac?: Mac;
  /** The bond or bridge that it is a member of. */
  readonly master?: { readonly kind: string; readonly name: string; readonly isPrimary: boolean };
  /** Names of the VLANs on it. */
  readonly vlans: readonly string[];
  /** Undefined where it is what the kernel takes anyway. */
  readonly mtu?: number;
  readonly addresses: readonly InterfaceAddress[];
  readonly routes: readonly Route[];
  readonly dhcp: Dhcp;
  /** Whether to heed routers; undefined: as the system does by itself. */
  readonly heedsRouters?: boolean;
  /** It has no address at all, not even a link-local one. */
  readonly isBare: boolean;
};

/** `where` is a variable; `word` is the part of its value that is wrong. */
export type NetworkFault = Fault & { readonly word?: string };

export type Network = {
  readonly interfaces: readonly NetworkInterface[];
  readonly faults: readonly NetworkFault[];
};
