// The variables of a record that the programs of this repository read, each with what it means. In: nothing.
// Out: tables. A test compares them with the sources.

/** Those of machines. */
export const machineVariables = {
  HOSTNAME: 'The name of the object in the database.',
  MAC: 'MAC addresses of the first interface, separated by blanks.',
  IP: 'IPv4 address of the first interface.',
  IP6: 'IPv6 addresses of the first interface, separated by blanks.',
  NIC: 'Name of the first interface, by which bonds, bridges and VLANs refer to it.',
  ADDRESSES: 'Further addresses of the first interface, IPv4 or IPv6 with prefix, separated by blanks.',
  NETMASK: 'Netmask such as 255.255.255.0.',
  PREFIX6: 'Length of the prefix of IP6, 64 unless given.',
  NETWORK: 'First address of the network.',
  BROADCAST: 'Last address of the network.',
  GATEWAY: 'Address of the default router.',
  GATEWAY6: 'IPv6 address of the default router; without it, the machine heeds what routers advertise.',
  ROUTES: 'Further routes, such as 10.1.0.0/16 via 10.0.0.1, one behind the other.',
  DHCP: 'Whether the first interface asks DHCP: yes, ipv4, ipv6 or no; unless given, ipv4 if it has no IP.',
  RA: 'Whether the first interface heeds router advertisements of IPv6: yes or no.',
  MTU: 'Largest packet of the first interface, in octets.',
  NAMESERVER: 'Address of a name server; more are NAMESERVER2, NAMESERVER3.',
  DOMAIN: 'Domain that the machine is in.',
  SEARCH: 'Domains in which short names are looked for, separated by blanks; DOMAIN unless given.',
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
  FIRMWARE: 'both for disks that start on machines with a BIOS and with UEFI; the machine decides otherwise.',
  BOOTLOADER: 'What starts a UEFI machine from its disk: grub (the default) or systemd-boot.',
  NETBOOT: 'What a UEFI machine begins a network boot with: grub (with shim) or ipxe.',
  OSMODE: 'Who owns the files of the OS package after installation: image or packages.',
  ROOT_KEYS: "SSH public keys that let in as root: all of root's authorized_keys.",
  SSH_HOST_KEYS: 'Directory of the SSH host keys; on a data partition, they survive an installation.',
  REQUIRED: 'Variables that every heir must have.',
} as const;

/** Those of the example's packages, whose values `machdb check` knows. */
export const packageVariables = {
  TIMEZONE: 'Time zone such as Europe/Berlin, for the package time.',
  NTP: 'Time servers of the site, separated by blanks; with none, those of the system.',
  LOCALE: 'Language such as C.UTF-8 or de_DE.UTF-8, for the package locale.',
  KEYBOARD: 'Keyboard layout such as us or de, for the package locale.',
  APT_PROXY: 'URL of the proxy that apt uses; empty for none.',
  APT_MIRROR: 'URL of the mirror of Debian, for the package apt-sources.',
  APT_SECURITY: 'URL of the mirror of its security archive.',
  APT_SUITE: 'Release of Debian such as bookworm.',
  ROOT_PASSWORD_HASH: "Hash of root's password, for the package root-password: mkpasswd -m yescrypt prints one.",
  USERS: 'Names of accounts, for the package users; each has a USER_<name>_UID.',
} as const;

/** Those that only exports read: of zones in DNS (MX is of machines, too), and of hosts in cluster.xml. */
export const exportVariables = {
  ZONE: 'Names of zones in DNS, forward and reverse.',
  NS: 'Name servers of the zone, the primary first.',
  MX: 'Mail exchangers of the zone or the machine, HOST or PREFERENCE:HOST.',
  HOSTMASTER: 'Mail address of who answers for the zone.',
  TTL: 'How long answers may be kept: seconds, or 30m, 12h, 1d, 1w.',
  REFRESH: 'How often secondary servers look for a new zone.',
  RETRY: 'How long they wait after a failure.',
  EXPIRE: 'How long they serve a zone that they cannot renew.',
  NEGATIVE_TTL: 'How long others may remember that a name does not exist.',
  CLUSTER_NOTES: 'Notes of its hosts in cluster.xml, such as master, separated by blanks.',
  CLUSTER_BOOTMASTER: 'The master that it boots from in cluster.xml: an address or a machine.',
} as const;

/** What NIC_<name>_ may begin. */
const NIC_PARTS =
  'MAC IP IP6 ADDRESSES NETMASK PREFIX6 NETWORK BROADCAST GATEWAY GATEWAY6 ROUTES DHCP RA MTU BOND MODE HASH LACPRATE PRIMARY BRIDGE STP VLAN LINK'.split(
    ' ',
  );

/** Names that stand for many; `ansible_…` are what Ansible reads of an inventory. */
export const variableFamilies: readonly {
  readonly name: string;
  readonly pattern: RegExp;
  readonly meaning: string;
}[] = [
  { name: 'NAMESERVER<number>', pattern: /^NAMESERVER\d+$/, meaning: 'Address of a further name server.' },
  {
    name: 'NIC_<name>_…',
    pattern: new RegExp(`^NIC_\\w+_(${NIC_PARTS.join('|')})$`),
    meaning: `A further interface, a bond, a bridge or a VLAN: ${NIC_PARTS.join(', ')}.`,
  },
  {
    name: 'USER_<name>_…',
    pattern: /^USER_[a-z_][a-z0-9_]*_(UID|KEYS|NAME|GROUPS|SHELL)$/,
    meaning: 'An account of USERS: UID, KEYS of SSH, NAME of the person, GROUPS, SHELL.',
  },
  { name: 'DISK_<name>', pattern: /^DISK_\w+$/, meaning: 'Which disk a disk of PARTITION is.' },
  { name: 'DECLARE_<variable>', pattern: /^DECLARE_\w*$/, meaning: 'Type and meaning of a variable of the site.' },
  { name: '<name>_SECRET', pattern: /_SECRET$/, meaning: 'Refused: nothing keeps secrets yet.' },
  { name: 'ansible_<name>', pattern: /^ansible_\w+$/, meaning: 'What Ansible reads of an inventory.' },
];

/** Whether a program of this repository reads the variable. */
export function isKnownVariable(variable: string): boolean {
  return (
    Object.hasOwn(machineVariables, variable) ||
    Object.hasOwn(packageVariables, variable) ||
    Object.hasOwn(exportVariables, variable) ||
    variableFamilies.some(({ pattern }) => pattern.test(variable))
  );
}

/** What a name that nobody knows may have been meant to be: every single name, and names of families that are alike. */
export function nearKnownNames(variable: string): string[] {
  const [, interfaceName, part] = /^NIC?_(\w+)_([A-Za-z0-9]+)$/i.exec(variable) ?? [];
  const [, rest] = /^[A-Za-z]{3,5}_(\w+)$/.exec(variable) ?? [];
  const [, number] = /^[A-Za-z]+(\d+)$/.exec(variable) ?? [];
  return [
    ...Object.keys(machineVariables),
    ...Object.keys(packageVariables),
    ...Object.keys(exportVariables),
    ...(part === undefined ? [] : NIC_PARTS.map((each) => `NIC_${interfaceName}_${each}`)),
    ...(rest === undefined ? [] : [`DISK_${rest}`]),
    ...(number === undefined ? [] : [`NAMESERVER${number}`]),
  ];
}
