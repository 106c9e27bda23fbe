// Who is asking: a running system, a firmware's network boot, or iPXE. In: DHCP options. Out: a small object.
import { architectures } from '../../lib/architecture.ts';
import type { Architecture, ClientArchitecture } from '../../lib/architecture.ts';
import { option, readText, readUint16s, readUserClasses } from './dhcp-options.ts';
import type { DhcpOptions } from './dhcp-option-areas.ts';

/** What firmware a machine has; `of` is undefined for a processor that the table of architectures does not have. */
export type ClientFirmware = Pick<ClientArchitecture, 'name'> & {
  readonly firmware: ClientArchitecture['firmware'] | 'other';
  readonly of: Architecture['name'] | undefined;
};

/** They are told apart only to be named. @see IANA, "Processor Architecture Types" */
const OTHERS: readonly ClientArchitecture[] = [
  { code: 6, firmware: 'uefi', name: 'IA32 UEFI' },
  { code: 10, firmware: 'uefi', name: 'ARM32 UEFI' },
  { code: 15, firmware: 'uefi-http', name: 'IA32 UEFI HTTP' },
  { code: 18, firmware: 'uefi-http', name: 'ARM32 UEFI HTTP' },
];

const byCode = new Map<number, ClientFirmware>([
  ...OTHERS.map(({ code, ...client }) => [code, { ...client, of: undefined }] as const),
  ...Object.values(architectures).flatMap(({ name: of, dhcp }) =>
    dhcp.map(({ code, ...client }) => [code, { ...client, of }] as const),
  ),
]);

export type NetbootClient =
  | { readonly kind: 'system' }
  /** At least one; what it likes best comes first. */
  | { readonly kind: 'firmware' | 'ipxe'; readonly architectures: readonly ClientFirmware[] };

/** Tells them apart by vendor class (60), user class (77), architecture (93) and iPXE's own option (175). */
export function readNetbootClient(options: DhcpOptions): NetbootClient {
  const vendor = readText(options, option.vendorClass) ?? '';
  const architectures = readArchitectures(options, vendor);
  if (options.has(option.ipxe) || readUserClasses(options).includes('iPXE')) return { kind: 'ipxe', architectures };
  if (vendor.startsWith('PXEClient') || vendor.startsWith('HTTPClient')) return { kind: 'firmware', architectures };
  return { kind: 'system' };
}

/** Option 93 is a list; where it is missing or broken, the vendor class says one. @see RFC 4578 §2.1, PXE 2.1 §2.2.1 */
function readArchitectures(options: DhcpOptions, vendor: string): readonly ClientFirmware[] {
  const listed = readUint16s(options, option.architecture);
  const codes = listed.length > 0 ? listed : [Number(/:Arch:(\d{5})(?::|$)/.exec(vendor)?.[1] ?? 0)];
  const clients = [...new Set(codes)].map(
    (code) => byCode.get(code) ?? { firmware: 'other' as const, name: `architecture ${code}`, of: undefined },
  );
  return vendor.startsWith('HTTPClient') ? clients.map(byHttp) : clients;
}

/** Some firmware that boots by HTTP says its architecture by the code for PXE, and takes nothing but a URL all the same. */
function byHttp(client: ClientFirmware): ClientFirmware {
  const same = [...byCode.values()].find(({ firmware, of }) => firmware === 'uefi-http' && of === client.of);
  return client.firmware === 'uefi' && client.of !== undefined ? (same ?? client) : client;
}
