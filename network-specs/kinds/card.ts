import { parseMac } from '../../lib/mac.ts';
import { ETHERNET_MTU } from './interface-kind.ts';
import type { InterfaceKind } from './interface-kind.ts';

/** A network card, known by its MAC addresses. */
export const card: InterfaceKind = {
  name: 'card',
  variable: 'MAC',
  parts: [],
  read: (reader) => {
    const words = reader.words('MAC');
    const macs = words.map(parseMac).filter((mac) => mac !== undefined);
    const wrong = words.filter((word) => parseMac(word) === undefined);
    for (const word of wrong) reader.fault('MAC', `'${word}' is not a MAC address`, { word });
    return { device: { kind: 'card', macs }, members: [] };
  },
  asksDhcp: true,
  refuses: [],
  givesMtu: false,
  defaultMtu: () => ETHERNET_MTU,
  judgeMtu: () => undefined,
};
