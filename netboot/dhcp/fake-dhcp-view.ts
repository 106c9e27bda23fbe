// What is known of whoever sends DHCP packets in tests: a stranger, a machine of the site, one behind a router.
import type { SiteMachine } from '../machine-source.ts';
import type { DhcpView } from './dhcp-view.ts';
import type { DhcpEffect } from './dhcp-effect.ts';
import { BY_BROADCAST } from './fake-dhcp-packet.ts';

export const MINE = '10.77.0.9';
export const POOLED = '10.77.0.100';
export const OTHER = '10.77.0.200';
export const SERVER = '10.77.0.1';

export const STRANGER: DhcpView = {
  serverAddress: SERVER,
  serverUrl: `http://${SERVER}:8080`,
  way: 'grub',
  serverNetmask: '255.255.255.0',
  leaseSeconds: 3600,
  mac: '52:54:00:12:34:56',
  arrival: BY_BROADCAST,
  hasRange: true,
  site: undefined,
  state: undefined,
  offered: undefined,
  held: undefined,
  isResting: false,
};
const SITE: SiteMachine = {
  name: 'q-bert',
  macs: ['52:54:00:12:34:56'],
  record: { IP: MINE },
  recordDigest: 'd',
  describe: () => Promise.reject(new Error('not asked')),
};
export const MACHINE: DhcpView = { ...STRANGER, site: SITE, state: 'unknown' };
export const WITHOUT_ADDRESS: DhcpView = { ...MACHINE, site: { ...SITE, record: {} } };
/** A machine of a network behind a router, as its record says. */
export const FAR = '10.88.0.9';
export const ROUTER = '10.88.0.1';
export const FAR_MACHINE: DhcpView = { ...MACHINE, site: { ...SITE, record: { IP: FAR, GATEWAY: ROUTER } } };

/** Each effect in a line: what it is, and about what. */
export function inWords(effect: DhcpEffect): string {
  const about =
    ('text' in effect && effect.text) ||
    ('message' in effect && effect.message) ||
    ('stage' in effect && [effect.stage, effect.architecture].filter((part) => part !== undefined).join(' ')) ||
    ('address' in effect && effect.address);
  return about === false ? effect.kind : `${effect.kind} ${about}`;
}
