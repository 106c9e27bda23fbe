import { bond } from './bond.ts';
import { bridge } from './bridge.ts';
import { card } from './card.ts';
import type { InterfaceKind } from './interface-kind.ts';
import { vlan } from './vlan.ts';

/** What a machine's network can be made of. A card is last: another kind may have a MAC address, too. */
export const interfaceKinds: readonly InterfaceKind[] = [bond, bridge, vlan, card];
