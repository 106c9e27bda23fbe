import { ETHERNET_MTU } from './interface-kind.ts';
import type { InterfaceKind } from './interface-kind.ts';

/** As the kernel names them. @see https://docs.kernel.org/networking/bonding.html */
const modes = [
  'active-backup',
  '802.3ad',
  'balance-rr',
  'balance-xor',
  'balance-tlb',
  'balance-alb',
  'broadcast',
] as const;

const hashes = ['layer2', 'layer2+3', 'layer3+4', 'encap2+3', 'encap3+4', 'vlan+srcmac'] as const;

/** Modes that heed an option; the kernel ignores or refuses it in the others. */
const modesOf: Readonly<Record<string, readonly string[]>> = {
  HASH: ['802.3ad', 'balance-xor', 'balance-tlb', 'balance-alb'],
  LACPRATE: ['802.3ad'],
  PRIMARY: ['active-backup', 'balance-tlb', 'balance-alb'],
};

/** Cards that are one: `NIC_bond0_BOND="lan0 lan1"`. */
export const bond: InterfaceKind = {
  name: 'bond',
  variable: 'BOND',
  parts: ['MODE', 'HASH', 'LACPRATE', 'PRIMARY'],
  read: (reader) => {
    const members = reader.words('BOND');
    // The kernel's own default, balance-rr, needs a switch that was told; this one needs nothing.
    const mode = reader.choice('MODE', modes) ?? 'active-backup';
    const hash = reader.choice('HASH', hashes);
    const lacpRate = reader.choice('LACPRATE', ['slow', 'fast']);
    const primary = reader.text('PRIMARY');
    if (primary !== undefined && !members.includes(primary)) {
      reader.fault('PRIMARY', `${primary} is not a member of the bond`);
    }
    for (const [part, value] of Object.entries({ HASH: hash, LACPRATE: lacpRate, PRIMARY: primary })) {
      const heeding = modesOf[part] ?? [];
      if (value === undefined || heeding.includes(mode)) continue;
      reader.fault(part, `has a meaning with ${heeding.join(', ')}, but not with ${mode}`, { severity: 'warning' });
    }
    const options = { ...(hash === undefined ? {} : { hash }), ...(lacpRate === undefined ? {} : { lacpRate }) };
    return { device: { kind: 'bond', mode, ...options }, members };
  },
  asksDhcp: false,
  refuses: [],
  givesMtu: true,
  defaultMtu: () => ETHERNET_MTU,
  judgeMtu: () => undefined,
};
