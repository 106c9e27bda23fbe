import { ETHERNET_MTU } from './interface-kind.ts';
import type { InterfaceKind } from './interface-kind.ts';

/** A tagged network on another interface: `NIC_vlan20_VLAN=20`, `NIC_vlan20_LINK=bond0`. @see IEEE 802.1Q */
export const vlan: InterfaceKind = {
  name: 'vlan',
  variable: 'VLAN',
  parts: ['LINK'],
  read: (reader) => {
    // 0 is for priorities without a network, 4095 is reserved.
    const id = reader.number('VLAN', 1, 4094);
    return id === undefined
      ? undefined
      : { device: { kind: 'vlan', id }, members: [], link: { name: reader.text('LINK'), tag: `VLAN ${id}` } };
  },
  asksDhcp: false,
  refuses: [],
  givesMtu: false,
  defaultMtu: ([link = ETHERNET_MTU]) => link,
  judgeMtu: (mtu, [link = ETHERNET_MTU]) =>
    mtu <= link ? undefined : { message: `${mtu} is more than the ${link} of the interface that it lies on` },
};
