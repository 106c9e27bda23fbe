// Where to serve. In: site settings. Out: the address and network of this computer that they mean, or what is wrong.
import { networkInterfaces } from 'node:os';
import { UserError } from '../lib/errors.ts';
import type { SiteSettings } from '../site/settings.ts';
import { parseIpv4, sameNetwork } from '../lib/ipv4.ts';

/** An interface and its IPv4 address and netmask. */
export type ServedInterface = { readonly name: string; readonly address: string; readonly netmask: string };

/** @throws UserError when dhcp.range is backwards or not of the served network. */
export function checkRange(settings: SiteSettings, place: ServedInterface): void {
  const { range } = settings.dhcp;
  if (range === undefined) return;
  const inside = [range.from, range.to].every((address) => sameNetwork(address, place.address, place.netmask));
  const forwards = (parseIpv4(range.from) ?? 0) <= (parseIpv4(range.to) ?? -1);
  if (inside && forwards) return;
  const wrong = inside
    ? 'its end comes before its beginning'
    : `it is not of the network of ${place.name}, ${place.address} ${place.netmask}`;
  throw new UserError(`dhcp.range ${range.from} to ${range.to} in site.yaml: ${wrong}`, { exitCode: 2 });
}

/** The address to serve on and its network, checked against this computer's interfaces. @throws UserError */
export function findPlace(settings: SiteSettings): ServedInterface {
  const all = Object.entries(networkInterfaces()).flatMap(([name, addresses]) =>
    (addresses ?? [])
      .filter(({ family }) => family === 'IPv4')
      .map(({ address, netmask }) => ({ name, address, netmask })),
  );
  const have = all.map(({ name, address }) => `${name} ${address}`).join(', ');
  if (settings.interface === undefined && settings.address === undefined) {
    throw new UserError(
      `serving netboots: site.yaml names neither interface: nor address:; this computer has ${have}`,
      {
        exitCode: 2,
        hint: 'set address: in site.yaml to the one that the machines are connected to',
      },
    );
  }
  const fits = all.filter(
    ({ name, address }) =>
      (settings.interface === undefined || name === settings.interface) &&
      (settings.address === undefined || address === settings.address),
  );
  const [place] = fits;
  const wanted = [settings.interface, settings.address].filter((part) => part !== undefined).join(' ');
  if (place === undefined || fits.length > 1) {
    const found =
      place === undefined ? 'there is no such address, or the interface is down' : 'it has several addresses';
    throw new UserError(`serving netboots on ${wanted}: ${found}; this computer has ${have}`, {
      exitCode: 2,
      hint: 'ip -4 address; then set interface: and address: in site.yaml',
    });
  }
  return place;
}
