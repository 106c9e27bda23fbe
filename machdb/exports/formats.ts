import { ansibleStaticFormat } from './ansible-static.ts';
import { ansibleFormat } from './ansible.ts';
import { clusterXmlFormat } from './cluster-xml.ts';
import { dnsFormat } from './dns.ts';
import { dnsmasqFormat } from './dnsmasq.ts';
import { ethersFormat } from './ethers.ts';
import type { ExportFormatName } from './format-names.ts';
import type { ExportFormat } from './format.ts';
import { hostsFormat } from './hosts.ts';
import { jsonFormat } from './json.ts';
import { keaFormat } from './kea.ts';
import { knownHostsFormat } from './known-hosts.ts';
import { reverseDnsFormat } from './reverse-dns.ts';

/** Every form of export, by the name that the user gives. */
export const exportFormats: Readonly<Record<ExportFormatName, ExportFormat>> = {
  dns: dnsFormat,
  'reverse-dns': reverseDnsFormat,
  hosts: hostsFormat,
  ethers: ethersFormat,
  'known-hosts': knownHostsFormat,
  dnsmasq: dnsmasqFormat,
  'cluster-xml': clusterXmlFormat,
  kea: keaFormat,
  ansible: ansibleFormat,
  'ansible-static': ansibleStaticFormat,
  json: jsonFormat,
};
