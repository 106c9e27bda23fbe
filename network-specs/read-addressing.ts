import { prefixLength } from '../lib/ipv4.ts';
import { parseIp, parseWithPrefix } from './interface-address.ts';
import type { Dhcp, InterfaceAddress, Route } from './network.ts';
import { parseRoutes } from './parse-routes.ts';
import { cut } from './variable-reader.ts';
import type { VariableReader } from './variable-reader.ts';

/** What a record says of an interface's addresses; nothing is decided yet. */
export type Addressing = {
  readonly addresses: readonly InterfaceAddress[];
  readonly gateways: readonly { readonly family: 4 | 6; readonly address: string; readonly variable: string }[];
  readonly routes: readonly Route[];
  readonly dhcp: Dhcp | undefined;
  readonly heedsRouters: boolean | undefined;
  /** The variables that said so, for messages. */
  readonly variables: readonly string[];
};

/** Variables of an interface that say what its addresses are. */
const PARTS = ['IP', 'IP6', 'ADDRESSES', 'GATEWAY', 'GATEWAY6', 'ROUTES', 'DHCP', 'RA'] as const;

const DEFAULT_PREFIX6 = 64;

/** Reads one interface's; what a further one lacks of NETMASK and PREFIX6, `shared` has. */
export function readAddressing(reader: VariableReader, shared: VariableReader): Addressing {
  const { routes, problems } = parseRoutes(reader.words('ROUTES'));
  for (const { word, message } of problems) reader.fault('ROUTES', message, { word });
  const heedsRouters = reader.choice('RA', ['yes', 'no']);
  return {
    addresses: [...readIp(reader, shared), ...readIp6(reader, shared), ...readFurther(reader)],
    gateways: [...readGateway(reader, 'GATEWAY', 4), ...readGateway(reader, 'GATEWAY6', 6)],
    routes,
    dhcp: reader.choice('DHCP', ['yes', 'ipv4', 'ipv6', 'no']),
    heedsRouters: heedsRouters === undefined ? undefined : heedsRouters === 'yes',
    variables: PARTS.filter((part) => (reader.text(part) ?? 'no') !== 'no').map((part) => reader.prefix + part),
  };
}

function readIp(reader: VariableReader, shared: VariableReader): InterfaceAddress[] {
  const ip = reader.text('IP');
  if (ip === undefined) return [];
  const address = parseIp(ip);
  if (address?.family !== 4) {
    reader.fault('IP', `'${cut(ip)}' is not an IPv4 address`);
    return [];
  }
  const own = reader.text('NETMASK') === undefined ? shared : reader;
  const netmask = own.text('NETMASK') ?? '';
  const prefixBits = prefixLength(netmask);
  if (prefixBits !== undefined) return [{ ...address, prefixBits }];
  own.fault('NETMASK', `'${cut(netmask)}' is not a network mask; IP needs one`);
  return [];
}

function readIp6(reader: VariableReader, shared: VariableReader): InterfaceAddress[] {
  const own = reader.text('PREFIX6') === undefined ? shared : reader;
  const words = reader.words('IP6');
  const prefixBits = own.number('PREFIX6', 1, 128) ?? DEFAULT_PREFIX6;
  return words.flatMap((word) => {
    const address = parseIp(word);
    if (address?.family === 6) return [{ ...address, prefixBits }];
    reader.fault('IP6', `'${cut(word)}' is not an IPv6 address`, { word });
    return [];
  });
}

function readFurther(reader: VariableReader): InterfaceAddress[] {
  return reader.words('ADDRESSES').flatMap((word) => {
    const address = parseWithPrefix(word);
    if (address !== undefined) return [address];
    reader.fault('ADDRESSES', `'${cut(word)}' is not an address with its prefix, such as 10.77.0.5/24`, { word });
    return [];
  });
}

function readGateway(reader: VariableReader, part: string, family: 4 | 6): Addressing['gateways'] {
  const text = reader.text(part);
  if (text === undefined) return [];
  const gateway = parseIp(text);
  if (gateway?.family === family) return [{ ...gateway, family, variable: reader.prefix + part }];
  reader.fault(part, `'${cut(text)}' is not an IPv${family} address`);
  return [];
}
