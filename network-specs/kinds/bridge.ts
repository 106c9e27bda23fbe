import { ETHERNET_MTU } from './interface-kind.ts';
import type { InterfaceKind } from './interface-kind.ts';

/** A switch in the machine, such as for its virtual machines: `NIC_br0_BRIDGE="lan0 vlan20"`, or `none`. */
export const bridge: InterfaceKind = {
  name: 'bridge',
  variable: 'BRIDGE',
  parts: ['STP'],
  read: (reader) => {
    const words = reader.words('BRIDGE');
    const members = words.length === 1 && words[0] === 'none' ? [] : words;
    const stp = reader.choice('STP', ['yes', 'no']) === 'yes';
    return { device: { kind: 'bridge', stp, isEmpty: members.length === 0 }, members };
  },
  asksDhcp: false,
  refuses: ['bridge'],
  givesMtu: false,
  defaultMtu: (below) => (below.length === 0 ? ETHERNET_MTU : Math.min(...below)),
  judgeMtu: (mtu, below) => {
    const least = Math.min(...below);
    if (mtu <= least) return undefined;
    return {
      severity: 'warning',
      message: `${mtu} is more than the ${least} of a member: such packets are lost there`,
    };
  },
};
