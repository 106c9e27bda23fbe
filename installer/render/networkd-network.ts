import type { NetworkInterface, Route } from '../../network-specs/network.ts';
import { matchLines } from './networkd-match.ts';
import { settings } from './networkd-section.ts';
import type { Section } from './networkd-section.ts';

/** What an interface is given, and what lies on it. @see systemd.network(5) */
export function networkSections(each: NetworkInterface, options: { readonly isStacked: boolean }): Section[] {
  const { mtu, routes } = each;
  const network = [
    ...masterLines(each),
    ...each.vlans.map((vlan) => `VLAN=${vlan}`),
    ...settings({ DHCP: each.dhcp === 'no' ? undefined : each.dhcp }),
    ...each.addresses.map(({ address, prefixBits }) => `Address=${address}/${prefixBits}`),
    ...routes.filter(isPlainGateway).map(({ gateway }) => `Gateway=${gateway}`),
    ...settings({ LinkLocalAddressing: each.isBare || isTooSmallForIpv6(each) ? 'no' : undefined }),
    ...settings({ IPv6AcceptRA: each.heedsRouters === undefined ? undefined : each.heedsRouters ? 'yes' : 'no' }),
    // A bridge without members has no carrier, and is wanted all the same.
    ...settings({ ConfigureWithoutCarrier: isEmptyBridge(each) ? 'yes' : undefined }),
  ];
  return [
    { name: 'Match', lines: matchLines(each, options) },
    { name: 'Link', lines: settings({ MTUBytes: mtu }) },
    { name: 'Network', lines: network },
    ...routes.filter((route) => !isPlainGateway(route)).map(routeSection),
  ];
}

function masterLines({ master }: NetworkInterface): string[] {
  if (master === undefined) return [];
  const key = master.kind === 'bond' ? 'Bond' : 'Bridge';
  return settings({ [key]: master.name, PrimarySlave: master.isPrimary ? 'yes' : undefined });
}

function isPlainGateway({ destination, gateway, metric, isOnLink }: Route): boolean {
  return destination === 'default' && gateway !== undefined && metric === undefined && !isOnLink;
}

function routeSection({ family, destination, gateway, metric, isOnLink }: Route): Section {
  const everything = family === 4 ? '0.0.0.0/0' : '::/0';
  const lines = settings({
    Destination: destination === 'default' ? everything : destination,
    Gateway: gateway,
    GatewayOnLink: isOnLink ? 'yes' : undefined,
    Scope: gateway === undefined && family === 4 ? 'link' : undefined,
    Metric: metric,
  });
  return { name: 'Route', lines };
}

/** networkd would raise the MTU to what IPv6 needs. @see RFC 8200 §5 */
function isTooSmallForIpv6({ mtu }: NetworkInterface): boolean {
  return mtu !== undefined && mtu < 1280;
}

function isEmptyBridge({ device }: NetworkInterface): boolean {
  return device.kind === 'bridge' && device.isEmpty;
}
