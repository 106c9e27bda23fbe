// Names of the hosts that take part. In: a class or a part of their names. Out: names, of all pages; never those of relays.
import { listHosts } from '../../contract/fleet/api/hosts.ts';
import type { FleetClient } from '../../fleet/api/api-client.ts';
import { readPages } from './read-pages.ts';

/** With both, hosts of the class with such a name. */
export async function findHostNames(
  client: FleetClient,
  which: { readonly search?: string; readonly class?: string },
): Promise<string[]> {
  const input = { state: 'enrolled', ...which, limit: 1000 } as const;
  const pages = readPages((page) => client.ask(listHosts, { ...input, ...page }));
  return (await Array.fromAsync(pages)).flatMap(({ hosts }) =>
    hosts.filter(({ kind }) => kind === 'host').map(({ name }) => name),
  );
}
