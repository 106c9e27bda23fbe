import type { Route } from './network.ts';

/**
 * Which variable has given a route to the same destination with the same metric before; IPv4's kernel has both, and takes
 * whichever came first. IPv6 shares the traffic among them, which may be wanted. `taken` is added to.
 */
export function judgeTwinRoute(
  { family, destination, metric = 0 }: Route,
  variable: string,
  taken: Map<string, string>,
): string | undefined {
  if (family === 6) return undefined;
  const key = `${destination} ${metric}`;
  const other = taken.get(key);
  if (other === undefined) taken.set(key, variable);
  if (other === undefined) return undefined;
  const first = other === variable ? 'a route' : `a route by ${other}`;
  return `${destination} has ${first} already, and nobody knows which is taken: give this one a \`metric\``;
}
