import type { MachineRecord } from '../../contract/lookup.ts';
import { HEADER } from './file-header.ts';
import { wantedInterfaces } from './network-interfaces.ts';
import type { WantedInterface } from './network-interfaces.ts';
import type { RenderedFile } from './rendered-file.ts';

/** One file an interface of the record. @see systemd.network(5) */
export function renderNetworkdFiles(record: MachineRecord): RenderedFile[] {
  return wantedInterfaces(record).interfaces.map((wanted, index) => ({
    path: `/etc/systemd/network/10-gutinteg-${index}.network`,
    mode: 0o644,
    content: renderNetwork(wanted),
  }));
}

function renderNetwork(wanted: WantedInterface): string {
  const network =
    wanted.address === undefined
      ? ['DHCP=ipv4']
      : [`Address=${wanted.address}`, ...(wanted.gateway === undefined ? [] : [`Gateway=${wanted.gateway}`])];
  const lines = ['[Match]', `MACAddress=${wanted.macs.join(' ')}`, '', '[Network]', ...network];
  return `${HEADER}${lines.join('\n')}\n`;
}
