import { bitsOf, holds, isLinkLocal, parseWithPrefix } from './interface-address.ts';
import type { Described } from './list-interfaces.ts';
import { LEAST_IPV6_MTU } from './decide-mtus.ts';
import { judgeTwinRoute } from './judge-twin-routes.ts';
import type { Dhcp, Family, InterfaceAddress, NetworkInterface, Route } from './network.ts';
import type { Addressing } from './read-addressing.ts';
import type { VariableReader } from './variable-reader.ts';

export type RoutesOfMachine = { readonly defaults: Record<Family, number>; readonly routes: Map<string, string> };

type Decided = Pick<NetworkInterface, 'addresses' | 'routes' | 'dhcp' | 'heedsRouters' | 'isBare'>;

/** A route that asks for nothing has metric 0 or, in IPv6 and by DHCP, 1024: those of further gateways come last. */
const FIRST_FURTHER_METRIC = 2048;

const NOTHING: Decided = { addresses: [], routes: [], dhcp: 'no', isBare: true };

/** A member of a bond or bridge, whose addresses belong to that. */
export function refuseAddresses({ reader, addressing }: Described, master: Described): Decided {
  for (const variable of addressing.variables) {
    const message = `the interface is a member of ${master.name}, and has no addresses; write it as NIC_${master.name}_…`;
    reader.fault(variable.slice(reader.prefix.length), message);
  }
  return NOTHING;
}

/**
 * Decides what an interface is given. `sources` describe it: itself and, where it carries the addresses of the first
 * interface, that one before it. `machine` is what others have already: the gateways of each family are counted, routes
 * have the variables that gave them.
 */
export function decideAddresses(
  sources: readonly Described[],
  { mtu, machine }: { mtu: number | undefined; machine: RoutesOfMachine },
): Decided {
  const parts = sources.map(({ addressing }) => addressing);
  const addresses = uniqueAddresses(parts.flatMap((part) => part.addresses));
  const dhcp = decideDhcp(sources, addresses);
  const hasGateway6 = gatewaysOf(parts, addresses).some(({ family }) => family === 6);
  const said = parts.find(({ heedsRouters }) => heedsRouters !== undefined)?.heedsRouters;
  const isBare = addresses.length === 0 && dhcp === 'no' && said !== true;
  const isSmall = mtu !== undefined && mtu < LEAST_IPV6_MTU;
  if (isSmall) judgeSmallMtu(sources, { addresses, dhcp, said });
  const heedsRouters = said ?? (hasGateway6 || isBare || isSmall ? false : undefined);
  const decided = { addresses, dhcp, isBare, ...(heedsRouters === undefined ? {} : { heedsRouters }) };
  return { ...decided, routes: decideRoutes(sources, { ...decided, machine }) };
}

function uniqueAddresses(addresses: readonly InterfaceAddress[]): InterfaceAddress[] {
  return [...new Map(addresses.map((each) => [each.address, each])).values()];
}

function decideDhcp(sources: readonly Described[], addresses: readonly InterfaceAddress[]): Dhcp {
  const said = sources.find(({ addressing }) => addressing.dhcp !== undefined)?.addressing.dhcp;
  if (said !== undefined) return said;
  const hasIpv4 = addresses.some(({ family }) => family === 4);
  return !hasIpv4 && sources.some(({ kind }) => kind.asksDhcp) ? 'ipv4' : 'no';
}

function judgeSmallMtu(
  sources: readonly Described[],
  wanted: { addresses: readonly InterfaceAddress[]; dhcp: Dhcp; said: boolean | undefined },
): void {
  const { addresses, dhcp, said } = wanted;
  const usesIpv6 = addresses.some(({ family }) => family === 6) || dhcp === 'yes' || dhcp === 'ipv6' || said === true;
  const reader = sources.find(({ mtu }) => mtu !== undefined)?.reader ?? sources[0]?.reader;
  if (usesIpv6) reader?.fault('MTU', `IPv6 needs at least ${LEAST_IPV6_MTU}`);
}

type RouteInput = {
  readonly addresses: readonly InterfaceAddress[];
  readonly dhcp: Dhcp;
  readonly heedsRouters?: boolean;
  readonly machine: RoutesOfMachine;
};

function decideRoutes(sources: readonly Described[], input: RouteInput): Route[] {
  const routes: Route[] = [];
  const direct = sources.flatMap(({ addressing }) => addressing.routes.filter(({ gateway }) => gateway === undefined));
  for (const { reader, addressing } of sources) {
    const gateways = gatewaysOf([addressing], input.addresses).filter((gateway) => isOther(gateway, input, reader));
    const defaults = gateways.map((gateway) => defaultRoute(gateway, input.machine.defaults));
    for (const { route, part } of [...named(defaults, reader), ...inRoutes(addressing)]) {
      const isOnLink = judgeGateway(route, { input, direct, say: (message) => reader.fault(part, message) });
      routes.push({ ...route, isOnLink: route.isOnLink || isOnLink });
      const twin = judgeTwinRoute(route, reader.prefix + part, input.machine.routes);
      if (twin !== undefined) reader.fault(part, twin, { severity: 'warning' });
    }
  }
  return routes;
}

/** A gateway belongs to the address beside it: who asks DHCP is told another. */
function gatewaysOf(parts: readonly Addressing[], addresses: readonly InterfaceAddress[]): Addressing['gateways'] {
  const families = new Set(addresses.map(({ family }) => family));
  return parts.flatMap(({ gateways }) => gateways.filter(({ family }) => families.has(family)));
}

/** The router itself may inherit the gateway of all others. */
function isOther(
  { address, variable }: Addressing['gateways'][number],
  { addresses }: RouteInput,
  reader: VariableReader,
): boolean {
  if (!addresses.some((own) => own.address === address)) return true;
  const message = `${address} is the machine's own address: it gets no default route`;
  reader.fault(variable.slice(reader.prefix.length), message, { severity: 'warning' });
  return false;
}

function named(gateways: readonly { route: Route; variable: string }[], { prefix }: VariableReader) {
  return gateways.map(({ route, variable }) => ({ route, part: variable.slice(prefix.length) }));
}

function inRoutes({ routes }: Addressing) {
  return routes.map((route) => ({ route, part: 'ROUTES' }));
}

/** Of several gateways the first is used, and the others when its interface is down. */
function defaultRoute(
  { family, address, variable }: Addressing['gateways'][number],
  defaults: Record<Family, number>,
): { route: Route; variable: string } {
  const before = defaults[family];
  defaults[family] += 1;
  const metric = before === 0 ? {} : { metric: FIRST_FURTHER_METRIC + before };
  return { route: { family, destination: 'default', gateway: address, isOnLink: false, ...metric }, variable };
}

/** Whether the kernel must be told that the gateway is on the link; says what is wrong with it. */
function judgeGateway(
  { family, gateway, isOnLink }: Route,
  { input, direct, say }: { input: RouteInput; direct: readonly Route[]; say: (message: string) => void },
): boolean {
  if (gateway === undefined || isOnLink) return false;
  const own = input.addresses.filter((each) => each.family === family);
  if (own.some(({ address }) => address === gateway)) say(`${gateway} is the interface's own address`);
  const isReachable =
    own.some((each) => holds(each, gateway)) ||
    (family === 6 && isLinkLocal(gateway)) ||
    direct.some((route) => coversGateway(route, family, gateway)) ||
    learnsNetworks(input, family);
  if (isReachable) return false;
  // An address without a network, as hosters give them: the router can only be on the link.
  if (own.some(({ prefixBits }) => prefixBits === bitsOf(family))) return true;
  say(
    own.length === 0
      ? `${gateway} cannot be reached: the interface has no IPv${family} address`
      : `${gateway} is not in the network of ${own.map(({ address, prefixBits }) => `${address}/${prefixBits}`).join(' or ')}`,
  );
  return false;
}

function coversGateway({ family, destination }: Route, wanted: Family, gateway: string): boolean {
  const network = parseWithPrefix(destination);
  return family === wanted && network !== undefined && holds(network, gateway);
}

/** Only the machine will know in which networks it is. */
function learnsNetworks({ dhcp, heedsRouters }: RouteInput, family: Family): boolean {
  if (dhcp === 'yes') return true;
  return family === 4 ? dhcp === 'ipv4' : dhcp === 'ipv6' || heedsRouters !== false;
}
