// systemd-networkd itself reads the files that we render, in a network namespace, and ip(8) says what came of it.
// Bridges need no card, and every kernel has them; test/qemu/networkd.test.ts has the rest.
import assert from 'node:assert/strict';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { test } from 'node:test';
import { renderNetworkdFiles } from '../../installer/render/networkd-files.ts';
import { runCommand } from '../../lib/run-command.ts';
import { readNetwork } from '../../network-specs/read-network.ts';

const record = {
  NETMASK: '255.255.255.255',
  NIC_outer_BRIDGE: 'none',
  NIC_outer_IP: '203.0.113.7',
  NIC_outer_GATEWAY: '192.0.2.1',
  NIC_outer_IP6: '2001:db8::1',
  NIC_outer_GATEWAY6: 'fe80::1',
  NIC_outer_ADDRESSES: '10.66.0.1/16',
  NIC_outer_ROUTES: '10.1.0.0/16 via 10.66.0.2 metric 50 2001:db8:6::/48 direct',
  NIC_outer_STP: 'yes',
  NIC_small_BRIDGE: 'none',
  NIC_small_IP: '10.5.0.1',
  NIC_small_NETMASK: '255.255.0.0',
  NIC_small_GATEWAY: '10.5.0.2',
  NIC_small_MTU: '1000',
  NIC_large_BRIDGE: 'none',
  NIC_large_MTU: '9000',
};

/** In namespaces of its own, which end with it; networkd wants a directory that belongs to its user. */
const script = `
set -e
mount --make-rprivate /
mkdir -p /etc/systemd/network
mount --bind "$1" /etc/systemd/network
mount -t tmpfs -o mode=755 tmpfs /run/systemd
mkdir -p /run/systemd/netif/links /run/systemd/netif/leases
chown -R systemd-network:systemd-network /run/systemd/netif
# Without udev, it does not wait for what udev would say.
mount -t sysfs -o ro sys /sys
SYSTEMD_LOG_TARGET=console /lib/systemd/systemd-networkd >"$1/log" 2>&1 &
for _ in $(seq 150); do
  ready=yes
  for word in 'dev small.*metric' 'dev outer.*onlink' '10.1.0.0/16'; do ip route | grep -q "$word" || ready=no; done
  for word in 'via fe80::1 dev outer' '2001:db8:6::/48'; do ip -6 route | grep -q "$word" || ready=no; done
  [ $ready = no ] || break
  sleep 0.2
done
echo "{\\"links\\": $(ip -j -d addr), \\"routes\\": $(ip -j route), \\"routes6\\": $(ip -j -6 route)}"
sed 's/^/networkd: /' "$1/log" >&2
kill $!
`;

type Found = {
  readonly links: readonly { ifname: string; mtu: number; addr_info: { local: string; prefixlen: number }[] }[];
  readonly routes: readonly Record<string, unknown>[];
  readonly routes6: readonly Record<string, unknown>[];
};

test('addresses, MTUs, routes and gateways are as the record says, and networkd has no complaint', async () => {
  assert.deepEqual(readNetwork(record).faults, []);
  await using cleanup = new AsyncDisposableStack();
  const folder = await mkdtemp(join(tmpdir(), 'networkd-'));
  cleanup.defer(() => rm(folder, { recursive: true }));
  const files = join(folder, 'files');
  await mkdir(files);
  for (const { path, content } of renderNetworkdFiles(record)) await writeFile(join(files, basename(path)), content);
  const scriptFile = join(folder, 'script');
  await writeFile(scriptFile, script);
  const { stdout, stderr } = await runCommand(['unshare', '-n', '-m', 'sh', scriptFile, files], { timeoutMs: 60_000 });
  const { links, routes, routes6 } = JSON.parse(stdout) as Found;
  const has = (wanted: Record<string, unknown>): void => {
    const isSame = (route: Record<string, unknown>) =>
      Object.entries(wanted).every(([key, value]) => route[key] === value);
    assert.ok([...routes, ...routes6].some(isSame), `${JSON.stringify(wanted)}\n${stdout}${stderr}`);
  };
  has({ dst: 'default', gateway: '10.5.0.2', dev: 'small', metric: 2049 });
  has({ dst: 'default', gateway: '192.0.2.1', dev: 'outer' });
  has({ dst: '10.1.0.0/16', gateway: '10.66.0.2', dev: 'outer', metric: 50 });
  has({ dst: '2001:db8:6::/48', dev: 'outer' });
  has({ dst: 'default', gateway: 'fe80::1', dev: 'outer' });
  const seen = links.map(({ ifname, mtu, addr_info: found }) => [
    ifname,
    mtu,
    found.map(({ local, prefixlen }) => `${local}/${prefixlen}`).sort(),
  ]);
  assert.deepEqual(
    seen.filter(([name]) => name !== 'lo').sort(([left], [right]) => String(left).localeCompare(String(right))),
    [
      ['large', 9000, []],
      ['outer', 1500, ['10.66.0.1/16', '2001:db8::1/64', '203.0.113.7/32']],
      ['small', 1000, ['10.5.0.1/16']],
    ],
  );
  assert.deepEqual(stderr.match(/^networkd: .*(unknown|invalid|could not|failed to parse).*$/gim), null);
});
