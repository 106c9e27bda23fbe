// A resolved record, as servers and scripts ask for it. In: nothing. Out: a zod schema and its JSON schema.
// Never: I/O.
import { z } from 'zod';

/** One line of text: no control character but tab. */
// oxlint-disable-next-line no-control-regex -- they are what is excluded
export const valueSchema = z.string().regex(/^[^\0-\x08\n-\x1f\x7f]*$/, 'a value with a control character');

/** The variables that gutinteg itself knows, each with what it means; a site may have any others. */
const meanings = {
  HOSTNAME: 'The name of the object in the database.',
  MAC: 'MAC addresses of the first interface, separated by blanks.',
  IP: 'IPv4 address of the first interface.',
  IP6: 'IPv6 addresses of the first interface, separated by blanks.',
  NETMASK: 'Netmask such as 255.255.255.0.',
  NETWORK: 'First address of the network.',
  BROADCAST: 'Last address of the network.',
  GATEWAY: 'Address of the default router.',
  NAMESERVER: 'Address of a name server; more are NAMESERVER2, NAMESERVER3.',
  DOMAIN: 'Domain that the machine is in.',
  ALIASES: 'Further names of the machine, separated by blanks.',
  OS: 'Operating system; with OSREV and ARCH it selects the OS package.',
  OSREV: 'Revision of the operating system, exactly as written.',
  ARCH: 'Architecture of the operating system.',
  IMAGE: 'OS package by its name, instead of OS, OSREV and ARCH.',
  PACKAGES: 'Site packages, separated by blanks.',
  PIN: 'Patterns of paths that every run leaves alone, separated by blanks.',
  MASS_DELETE: 'Packages of which most files may be deleted in one run, separated by blanks; * for any.',
  PARTITION: 'Layout of the disks.',
  ROOTFS: 'The logical partition that holds the root, where PARTITION does not say it.',
  OSMODE: 'Who owns the files of the OS package after installation: image or packages.',
  REQUIRED: 'Variables that every heir must have.',
} as const;

const known = Object.fromEntries(
  Object.entries(meanings).map(([variable, meaning]) => [variable, valueSchema.describe(meaning).optional()]),
);

/** The answer to a look-up of a record by MAC, name or IP. */
export const recordAnswerSchema = z.object({
  name: z.string().min(1).describe('The machine.'),
  record: z
    .object(known)
    .catchall(valueSchema)
    .describe(
      'Variable → value, both exactly as written. Further interfaces are NIC_<name>_MAC, NIC_<name>_IP and so on.',
    ),
});

/** recordAnswerSchema as JSON Schema, draft 2020-12. */
export function recordJsonSchema(): object {
  return { title: 'A machine of the machine database', ...z.toJSONSchema(recordAnswerSchema) };
}

/** The words of a variable; none when it is not defined. */
export function wordsOf(value = ''): string[] {
  return value.split(/\s+/).filter((word) => word !== '');
}
