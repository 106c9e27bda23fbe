// This is a file of its own so that the command line can name the formats without reading them.
/** The forms of export and what each is. */
export const exportDescriptions = {
  dns: 'a BIND zone: SOA, NS, MX, A, AAAA, CNAME',
  'reverse-dns': 'a BIND zone of PTR records, in-addr.arpa or ip6.arpa',
  hosts: '/etc/hosts',
  ethers: '/etc/ethers',
  'known-hosts': 'known_hosts of ssh: the host keys that machines have reported',
  dnsmasq: 'a configuration file of dnsmasq: addresses, options and names',
  'cluster-xml': 'cluster.xml of update-cluster',
  kea: 'a configuration of the Kea DHCPv4 server',
  ansible: 'what an inventory script prints for ansible',
  'ansible-static': 'an inventory file for ansible, inventory.json',
  json: 'every machine with all its variables',
} as const;

export type ExportFormatName = keyof typeof exportDescriptions;

export const exportFormatNames = Object.keys(exportDescriptions) as ExportFormatName[];
