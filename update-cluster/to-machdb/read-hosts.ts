import type { Fault } from '../../lib/errors.ts';
import { hostValues } from '../document/cluster-document.ts';
import type { Element, HostValues } from '../document/cluster-document.ts';
import { fieldOrder } from '../document/fields.ts';
import { scanClusterBytes } from '../document/parse-document.ts';
import { faultAt } from '../document/place-in-text.ts';

/** The values of one host, and where it begins in the file. */
export type ReadHost = { readonly values: HostValues; readonly start: number };

export type ReadCluster = {
  readonly where: string;
  readonly text: string;
  readonly hosts: readonly ReadHost[];
  /** What stands in hosts and has no place in a machine database: each kind once. */
  readonly warnings: readonly Fault[];
};

/** The hosts of a cluster.xml. @throws FaultsError with line and column when it is not one; exit code 2 */
export function readHosts(bytes: Uint8Array, where: string): ReadCluster {
  const hosts: ReadHost[] = [];
  const lost = new Map<string, number>();
  const { document } = scanClusterBytes(bytes, where, (host) => {
    hosts.push({ values: hostValues(host), start: host.start });
    noteLost(host, lost);
  });
  const { text } = document;
  const warnings = [...lost].map(([name, offset]) =>
    faultAt({ where, text }, offset, { severity: 'warning', message: `<${name}> is not imported` }),
  );
  return { where, text, hosts, warnings };
}

function noteLost(host: Element, lost: Map<string, number>): void {
  for (const child of host.children) {
    if (!child.element) continue;
    const isImported = fieldOrder(child.name) !== -1 && child.name !== 'nfsroot';
    if (!isImported && !lost.has(child.name)) lost.set(child.name, child.start);
  }
}
