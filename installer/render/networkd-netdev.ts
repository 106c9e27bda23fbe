import type { Device, NetworkInterface } from '../../network-specs/network.ts';
import { settings } from './networkd-section.ts';
import type { Section } from './networkd-section.ts';

/** What the kernel would not do by itself: without it, a bond does not notice that a cable is out. */
const MII_MONITOR = '100ms';

type OfKind<Kind extends Device['kind']> = Extract<Device, { readonly kind: Kind }>;

/** How an interface is made that is not a card. @see systemd.netdev(5) */
export function netdevSections({ name, device, mac }: NetworkInterface): Section[] {
  if (device.kind === 'card') return [];
  const own = settings({ Name: name, Kind: device.kind, MACAddress: mac });
  return [{ name: 'NetDev', lines: own }, ...deviceSections(device)];
}

function deviceSections(device: Device): Section[] {
  if (device.kind === 'bond') return [{ name: 'Bond', lines: bondLines(device) }];
  if (device.kind === 'bridge') return [{ name: 'Bridge', lines: [`STP=${device.stp ? 'yes' : 'no'}`] }];
  return device.kind === 'vlan' ? [{ name: 'VLAN', lines: [`Id=${device.id}`] }] : [];
}

function bondLines({ mode, hash, lacpRate }: OfKind<'bond'>): string[] {
  return settings({ Mode: mode, MIIMonitorSec: MII_MONITOR, TransmitHashPolicy: hash, LACPTransmitRate: lacpRate });
}
