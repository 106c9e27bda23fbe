// This computer's systemd-networkd and systemd-udevd on Debian's kernel, in a virtual machine with the files that we
// render: the kernel of a build computer may know no bonds or VLANs. In: a record, what the peer on the network does,
// what to wait for. Out: what ip(8) and networkd say. Never: needs a network of this computer.
import { mkdtemp, readFile, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { renderNetworkdFiles } from '../../installer/render/networkd-files.ts';
import { architectures } from '../../lib/architecture.ts';
import { runCommand } from '../../lib/run-command.ts';
import { compressCpio } from '../../netboot/ramdisk/compress-cpio.ts';
import type { RamdiskEntry } from '../../netboot/ramdisk/cpio.ts';
import { fetchDebianFiles } from '../../netboot/ramdisk/debian-files.ts';
import { boards } from '../../rehearse/hardware/boards.ts';
import { parseModulesDep, selectModules } from '../../netboot/ramdisk/select-modules.ts';
import { reported } from './boot-ramdisk.ts';

const architecture = architectures.amd64;
const cacheDir = join(import.meta.dirname, '../../.state/cache');

/** On the same wire as all cards, in a network namespace of its own. */
const PEER_MAC = '52:54:00:77:00:fe';

export type NetworkdMachine = {
  readonly record: Readonly<Record<string, string>>;
  /** MAC addresses of its cards. */
  readonly cards: readonly string[];
  /** Shell commands in the peer's namespace, where its card is `$peer`. */
  readonly peer: string;
  /** A shell command that succeeds when all is set up. */
  readonly ready: string;
};

const programs = {
  'usr/lib/systemd/systemd-networkd': '/lib/systemd/systemd-networkd',
  'usr/lib/systemd/systemd-udevd': '/lib/systemd/systemd-udevd',
  'usr/bin/udevadm': '/bin/udevadm',
  'usr/bin/ip': '/sbin/ip',
  'usr/bin/dnsmasq': '/usr/sbin/dnsmasq',
  'usr/bin/busybox': '/bin/busybox',
};

const commands =
  'sh cat cp chown mkdir mount sleep grep sed ping modprobe ln kill reboot dirname basename seq mkfifo'.split(' ');

const MODULES = ['drivers/virtio/virtio_pci.ko', 'drivers/net/virtio_net.ko', 'drivers/net/bonding/bonding.ko'];
const MORE_MODULES = ['net/8021q/8021q.ko', 'net/bridge/bridge.ko', 'net/ipv6/ipv6.ko', 'net/packet/af_packet.ko'];

/** What ip(8) and networkd say once all is set up. */
export async function runNetworkdMachine(machine: NetworkdMachine): Promise<Record<string, unknown>> {
  await using cleanup = new AsyncDisposableStack();
  const folder = await mkdtemp(join(tmpdir(), 'networkd-machine-'));
  cleanup.defer(() => rm(folder, { recursive: true }));
  const root = await fetchDebianFiles({ architecture, cacheDir });
  const [release = ''] = await readdir(join(root, 'lib/modules'));
  const ramdisk = join(folder, 'ramdisk');
  const entries = [...(await systemEntries()), ...(await moduleEntries(root, release)), ...machineEntries(machine)];
  await writeFile(ramdisk, await compressCpio(entries));
  const serial = join(folder, 'serial');
  await runCommand(
    [
      architecture.qemu.system,
      ...`-machine ${architecture.qemu.machine} -accel tcg,thread=multi -cpu ${boards.amd64.processor} -m 512 -smp 1 -nodefaults`.split(
        ' ',
      ),
      ...`-display none -no-reboot -serial file:${serial} -initrd ${ramdisk}`.split(' '),
      '-kernel',
      join(root, `boot/vmlinuz-${release}`),
      '-append',
      'quiet console=ttyS0,115200 panic=1',
      ...[...machine.cards, PEER_MAC].flatMap(cardArgs),
    ],
    { timeoutMs: 300_000 },
  );
  const log = await readFile(serial, 'utf8');
  const found = reported(log);
  if (found['ready'] !== true) throw new Error(`the network was not set up:\n${log}`);
  const complaints = log.match(/^networkd: .*(unknown|invalid|ignoring|could not|failed).*$/gim) ?? [];
  // The kernel has no IPv6 on what is too small for it, and need not be told.
  return { ...found, complaints: complaints.filter((line) => !line.includes('IPv6LL address generation mode')) };
}

function cardArgs(mac: string, index: number): string[] {
  const device = `virtio-net-pci,netdev=net${index},mac=${mac},romfile=`;
  return ['-netdev', `hubport,id=net${index},hubid=0`, '-device', device];
}

async function systemEntries(): Promise<RamdiskEntry[]> {
  const entries: RamdiskEntry[] = [];
  const libraries = new Set<string>();
  for (const [path, source] of Object.entries(programs)) {
    entries.push({ path, kind: 'file', mode: 0o755, source });
    const { stdout } = await runCommand(['ldd', source], { okExitCodes: [0, 1] });
    for (const [, library = ''] of stdout.matchAll(/(\/\S+) \(0x/g)) libraries.add(library.replace(/^\/usr/, ''));
  }
  for (const library of libraries) entries.push({ path: `usr${library}`, kind: 'file', mode: 0o755, source: library });
  for (const name of await readdir('/lib/udev/rules.d')) {
    entries.push({
      path: `usr/lib/udev/rules.d/${name}`,
      kind: 'file',
      mode: 0o644,
      source: `/lib/udev/rules.d/${name}`,
    });
  }
  const defaults = 'lib/systemd/network/99-default.link';
  return [
    ...entries,
    { path: `usr/${defaults}`, kind: 'file', mode: 0o644, source: `/${defaults}` },
    ...commands.map((name): RamdiskEntry => ({ path: `usr/bin/${name}`, kind: 'link', target: 'busybox' })),
    ...['proc', 'sys', 'dev', 'run', 'tmp', 'var/run'].map((path): RamdiskEntry => ({ path, kind: 'directory' })),
    ...['bin', 'sbin', 'lib', 'lib64'].map((path): RamdiskEntry => ({
      path,
      kind: 'link',
      target: path === 'sbin' ? 'usr/bin' : `usr/${path}`,
    })),
    { path: 'dev/console', kind: 'character-device', mode: 0o600, major: 5, minor: 1 },
    textEntry(
      'etc/passwd',
      'root:x:0:0::/:/bin/sh\nsystemd-network:x:998:998::/:/bin/sh\nnobody:x:65534:65534::/:/bin/sh\n',
    ),
    textEntry('etc/group', 'root:x:0:\nsystemd-network:x:998:\nnogroup:x:65534:\n'),
    textEntry('etc/machine-id', '0123456789abcdef0123456789abcdef\n'),
  ];
}

async function moduleEntries(root: string, release: string): Promise<RamdiskEntry[]> {
  await runCommand(['depmod', '-b', root, release]);
  const folder = join(root, 'lib/modules', release);
  const dependencies = parseModulesDep(await readFile(join(folder, 'modules.dep'), 'utf8'));
  const { modules } = selectModules({ dependencies, wanted: [...MODULES, ...MORE_MODULES], excluded: [] });
  const lines = modules.map((path) => `${path}: ${(dependencies.get(path) ?? []).join(' ')}\n`);
  return [
    textEntry(`usr/lib/modules/${release}/modules.dep`, lines.join('')),
    ...modules.map((path): RamdiskEntry => ({
      path: `usr/lib/modules/${release}/${path}`,
      kind: 'file',
      mode: 0o644,
      source: join(folder, path),
    })),
  ];
}

function machineEntries({ record, peer, ready }: NetworkdMachine): RamdiskEntry[] {
  return [
    ...renderNetworkdFiles(record).map(({ path, content }) => textEntry(`rendered${path}`, content)),
    textEntry('peer', IP + peer),
    textEntry('ready', IP + ready),
    { ...textEntry('init', init), mode: 0o755 } as RamdiskEntry,
  ];
}

function textEntry(path: string, text: string): RamdiskEntry {
  return { path, kind: 'file', mode: 0o644, data: Buffer.from(text) };
}

/** Busybox takes its own command, whatever is in the PATH. */
const IP = 'ip() { /usr/bin/ip "$@"; }\n';

const init = `#!/bin/sh
export PATH=/usr/bin
${IP}mount -t proc proc /proc
mount -t sysfs sys /sys
mount -t devtmpfs dev /dev
mount -t tmpfs -o mode=755 run /run
ln -s /proc/self/fd /dev/fd
mkdir -p /run/systemd/netif/links /run/systemd/netif/leases /run/netns
chown -R systemd-network:systemd-network /run/systemd/netif
exec 2>&1
for module in virtio_pci virtio_net 8021q bridge ipv6 af_packet; do modprobe $module 2>/dev/null; done
# Debian's systemd has this line in /lib/modprobe.d.
modprobe bonding max_bonds=0
ip link set lo up
# The initramfs of an image knows nothing of our files, and gives cards other names first.
for files in '' /rendered/etc; do
  [ -z "$files" ] || cp -r $files/* /etc/
  /usr/lib/systemd/systemd-udevd --daemon
  udevadm trigger --action=add
  udevadm settle
  [ -n "$files" ] || echo "TEST before=$(ip -j link)"
  [ -n "$files" ] || udevadm control --exit
done
peer=$(basename $(dirname $(grep -l ${PEER_MAC} /sys/class/net/*/address)))
export peer
ip netns add peer
ip link set $peer netns peer
ip netns exec peer sh /peer
SYSTEMD_LOG_TARGET=console /usr/lib/systemd/systemd-networkd >/run/networkd.log 2>&1 &
read -r up _ </proc/uptime
end=$((\${up%.*} + 60))
while [ \${up%.*} -lt $end ]; do
  read -r up _ </proc/uptime
  if sh /ready >/run/ready.log 2>&1; then
    echo "TEST ready=true"
    break
  fi
  sleep 0.2
done
echo "TEST links=$(ip -j -d addr)"
echo "TEST routes=$(ip -j route)"
echo "TEST routes6=$(ip -j -6 route)"
sed 's/^/networkd: /' /run/networkd.log
cat /run/ready.log
reboot -f
`;
