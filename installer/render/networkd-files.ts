// The network of a record as files of systemd-networkd and, for names of cards, of systemd-udevd.
// In: a record. Out: paths and contents. Never: I/O, decisions about the network.
import type { MachineRecord } from '../../contract/lookup.ts';
import type { NetworkInterface } from '../../network-specs/network.ts';
import { readNetwork } from '../../network-specs/read-network.ts';
import { HEADER } from './file-header.ts';
import { linkSections } from './networkd-link.ts';
import { netdevSections } from './networkd-netdev.ts';
import { networkSections } from './networkd-network.ts';
import type { Section } from './networkd-section.ts';
import type { RenderedFile } from './rendered-file.ts';

/** The files of each interface: its name, how it is made, what it is given. */
export function renderNetworkdFiles(record: MachineRecord): RenderedFile[] {
  const { interfaces } = readNetwork(record);
  // A bond, a bridge or a VLAN has the address of a card, too.
  const isStacked = interfaces.some(({ device }) => device.kind !== 'card');
  return interfaces.flatMap((each, index) => {
    const base = `/etc/systemd/network/10-gutinteg-${fileName(each, index)}`;
    return [
      ...file(`${base}.link`, linkSections(each, { isStacked })),
      ...file(`${base}.netdev`, netdevSections(each)),
      ...file(`${base}.network`, networkSections(each, { isStacked })),
    ];
  });
}

/** `0` for the first interface, so that its file keeps its name when it is given one. */
function fileName({ prefix }: NetworkInterface, index: number): string {
  return prefix === '' ? '0' : (/^NIC_(.+)_$/.exec(prefix)?.[1] ?? String(index));
}

function file(path: string, sections: readonly Section[]): RenderedFile[] {
  const filled = sections.filter(({ lines }) => lines.length > 0);
  if (filled.length === 0) return [];
  const text = filled.map(({ name, lines }) => `[${name}]\n${lines.join('\n')}\n`).join('\n');
  return [{ path, mode: 0o644, content: HEADER + text }];
}
