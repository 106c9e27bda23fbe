// What a decision about a DHCP packet is made from, and what it is, as data.
import type { NetbootWay } from '../../lib/netboot-ways.ts';
import type { SiteMachine } from '../machine-source.ts';
import type { Life } from '../state/transitions.ts';
import type { DhcpArrival } from './dhcp-arrival.ts';
import type { DhcpEffect } from './dhcp-effect.ts';
import type { DhcpReply } from './dhcp-reply.ts';

/** What the server says of itself in every reply. */
export type DhcpSettings = {
  readonly serverAddress: string;
  /** `http://ADDRESS:PORT`, as machines see it. */
  readonly serverUrl: string;
  readonly serverNetmask: string;
  readonly leaseSeconds: number;
};

/** What is known of whoever sent the packet. */
export type DhcpView = DhcpSettings & {
  readonly mac: string;
  readonly arrival: DhcpArrival;
  /** What a UEFI of it is to begin with. */
  readonly way: NetbootWay;
  /** The site has a pool, which is of the server's own network. */
  readonly hasRange: boolean;
  /** Undefined for strangers. */
  readonly site: SiteMachine | undefined;
  /** Where it is in its life; undefined for strangers, and when the database cannot be read. */
  readonly state: Life['state'] | undefined;
  /** The address of the pool that would be offered to it; asked for a DHCPDISCOVER alone. */
  readonly offered: string | undefined;
  /** The address of the pool that it has, or was offered; asked for all but a DHCPDISCOVER. */
  readonly held: string | undefined;
  /** It has found the address of its record in use by somebody else a short while ago. */
  readonly isResting: boolean;
};

export type DhcpDecision = {
  readonly reply: DhcpReply | undefined;
  /** In the order in which they are to be carried out. */
  readonly effects: readonly DhcpEffect[];
};
