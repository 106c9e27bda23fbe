// Boots of real firmware, recorded packet by packet, and what this server answers to each. The files hold only what the
// firmware sent: `tcpdump 'ether src MAC and (udp dst port 67 or 69 or tcp dst port 8080 with data)'`.
import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { routes } from '../../contract/routes.ts';
import { bootFileNamed, isOptionalBootFile } from '../boot-programs/all.ts';
import { decideDhcp } from '../dhcp/decide-dhcp.ts';
import { words } from '../dhcp/fake-dhcp-packet.ts';
import { MACHINE } from '../dhcp/fake-dhcp-view.ts';
import type { DhcpView } from '../dhcp/dhcp-view.ts';
import { parseDhcp } from '../protocol/dhcp.ts';
import { parseTftp } from '../protocol/tftp.ts';
import { readPcap } from './read-pcap.ts';
import type { RecordedPacket } from './read-pcap.ts';

/** Of the machine that was recorded. */
const ADDRESS = '10.77.0.199';
const MAC = '52:54:00:77:00:01';

const GRUB_ASKS = [
  'tftp /grub/x86_64-efi/command.lst: none, as expected',
  'tftp /grub/x86_64-efi/fs.lst: none, as expected',
  'tftp /grub/x86_64-efi/crypto.lst: none, as expected',
  'tftp /grub/x86_64-efi/terminal.lst: none, as expected',
  'tftp /grub/grub.cfg: start-script',
];
const SHIM_ASKS = [
  'tftp revocations_sku.efi: none, as expected',
  'tftp revocations_sbat.efi: none, as expected',
  'tftp shim_certificate_0.efi: none, as expected',
  'tftp grubx64.efi: loader',
];

const PXE = [
  `dhcp: offer ${ADDRESS} shimx64.efi`,
  `dhcp: ack ${ADDRESS} shimx64.efi`,
  // First for its size alone.
  'tftp shimx64.efi: loader',
  'tftp shimx64.efi: loader',
  ...SHIM_ASKS,
  ...GRUB_ASKS,
];

const OWN_SCRIPT = `/boot/mac/${MAC}.grub: the machine's own script`;

const HTTP = [
  `dhcp: offer ${ADDRESS} http://10.77.0.1:8080/boot/efi/shimx64.efi`,
  `dhcp: ack ${ADDRESS} http://10.77.0.1:8080/boot/efi/shimx64.efi`,
  'http HEAD /boot/efi/shimx64.efi: loader',
  'http GET /boot/efi/shimx64.efi: loader',
  ...SHIM_ASKS.map((line) => line.replace('tftp ', 'http GET /boot/efi/')),
  ...GRUB_ASKS.map((line) => line.replace('tftp', 'http HEAD')),
  'http GET /grub/grub.cfg: start-script',
  `http HEAD ${OWN_SCRIPT}`,
  `http GET ${OWN_SCRIPT}`,
];

/** The same as of amd64, in the names of arm64. */
function inArm64(line: string): string {
  return line.replace('x64.efi', 'aa64.efi').replace('x86_64-efi', 'arm64-efi');
}

const BOOTS: readonly [file: string, way: DhcpView['way'], answers: readonly string[]][] = [
  ['ovmf-pxe', 'grub', PXE],
  // The same, as DHCP does not say that Secure Boot is on.
  ['ovmf-secure-pxe', 'grub', PXE],
  ['aavmf-pxe', 'grub', [...PXE.map(inArm64), `http GET ${OWN_SCRIPT}`]],
  ['ovmf-http', 'grub', HTTP],
  [
    'ovmf-ipxe',
    'ipxe',
    [
      `dhcp: offer ${ADDRESS} snponly.efi`,
      `dhcp: ack ${ADDRESS} snponly.efi`,
      'tftp snponly.efi: loader',
      'tftp snponly.efi: loader',
      'tftp autoexec.ipxe: start-script',
      `dhcp: offer ${ADDRESS} start.ipxe`,
      `dhcp: offer ${ADDRESS} start.ipxe`,
      `dhcp: ack ${ADDRESS} start.ipxe`,
    ],
  ],
];

for (const [file, way, answers] of BOOTS) {
  test(`${file}: ${answers.length} packets and their answers`, async () => {
    const packets = readPcap(await readFile(join(import.meta.dirname, `${file}.pcap`)));
    assert.deepEqual(
      packets.map((packet) => answerTo(packet, way)),
      answers,
    );
  });
}

function answerTo({ port, payload }: RecordedPacket, way: DhcpView['way']): string {
  if (port === 67) return dhcpAnswer(payload, way);
  if (port === 69) return tftpAnswer(payload);
  return httpAnswer(Buffer.from(payload).toString('latin1'));
}

function dhcpAnswer(payload: Uint8Array, way: DhcpView['way']): string {
  const parsed = parseDhcp(payload);
  assert(parsed.ok, 'a packet that cannot be read');
  assert(MACHINE.site !== undefined);
  const site = { ...MACHINE.site, macs: [MAC], record: { IP: ADDRESS } };
  const { reply } = decideDhcp(parsed.packet, { ...MACHINE, mac: MAC, way, site });
  return `dhcp: ${words(reply)} ${reply?.packet.file}`;
}

function tftpAnswer(payload: Uint8Array): string {
  const request = parseTftp(payload);
  assert(request?.kind === 'read', 'not a request');
  const file = request.file.replace(/^\/+/, '');
  const none = isOptionalBootFile(file) ? 'none, as expected' : 'none';
  return `tftp ${request.file}: ${bootFileNamed(file)?.is ?? none}`;
}

/** By the paths of contract/routes.ts. Shim asks for `//grubx64.efi`; the server, too, takes slashes together. */
function httpAnswer(text: string): string {
  const [, method = assert.fail(text), said = ''] = /^([A-Z]+) (\S+) HTTP\/1\.1\r\n/.exec(text) ?? [];
  const path = said.replaceAll(/\/+/g, '/');
  const asked = `http ${method} ${path}`;
  if (path === routes.grubScript(MAC)) return `${asked}: the machine's own script`;
  const beside = routes.loader('');
  const file = path.startsWith(beside) ? path.slice(beside.length) : path.slice(1);
  return `${asked}: ${bootFileNamed(file)?.is ?? (isOptionalBootFile(file) ? 'none, as expected' : 'none')}`;
}
