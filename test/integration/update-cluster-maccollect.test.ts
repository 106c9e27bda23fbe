// update-cluster-maccollect on a network of namespaces, with clients that others wrote.
import assert from 'node:assert/strict';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { runCommand } from '../../lib/run-command.ts';
import { createLab as createServer } from './netboot-lab.ts';
import { createLab, how } from './maccollect-lab.ts';
import type { Client, Lab } from './maccollect-lab.ts';

const root = join(import.meta.dirname, '../..');
const mac = (last: string) => `00:16:3e:00:00:${last}`;

const discover = ({ run }: Client) =>
  run('busybox', 'udhcpc', '-i', 'eth0', '-f', '-q', '-n', '-t', '2', '-T', '1', '-s', '/bin/true');
const arping = ({ run }: Client, ...more: string[]) =>
  run('busybox', 'arping', '-c', '2', '-w', '2', '-I', 'eth0', ...more, '10.0.0.99');
const ping = ({ run }: Client) => run('busybox', 'ping', '-c', '1', '-W', '1', '10.0.0.99');

async function hostsOf(lab: Lab): Promise<string[]> {
  const text = await readFile(lab.file, 'utf8');
  return [...text.replaceAll(/\n */g, '').matchAll(/<host>(.*?)<\/host>/g)].map(([, host = '']) => host).sort();
}

test('three clients, by DHCP, arping and ping, are added once each; the file is valid; known ones stay out', async () => {
  await using stack = new AsyncDisposableStack();
  const lab = await createLab(stack);
  const clients = [
    await lab.join(mac('01')),
    await lab.join(mac('02'), '10.0.0.1'),
    await lab.join(mac('03'), '10.0.0.77'),
  ] as const;
  const collector = await lab.collect(...how, '--once', '3');
  const [one, two, three] = clients;
  // The owner of 10.0.0.1 is heard as it answers. If this computer heard itself, it would be the third.
  await Promise.all([discover(one), lab.run('busybox', 'ping', '-c', '1', '-W', '1', '10.0.0.99')]);
  await collector.said(/00:16:3E:00:00:01 .*: added as node/);
  await Promise.all([discover(one), arping(two), ping(three)]);
  assert.equal(await collector.ended, 0, collector.stderr.join('\n'));
  const hosts = await hostsOf(lab);
  const field = (name: string) =>
    hosts.flatMap((host) => new RegExp(`<${name}>(.*?)<`).exec(host)?.[1] ?? []).toSorted();
  assert.deepEqual(field('mac'), ['00:16:3E:00:00:01', '00:16:3E:00:00:02', '00:16:3E:00:00:03']);
  assert.deepEqual(field('hostname'), ['node001', 'node002', 'node003']);
  // 10.0.0.1 is a client's, 10.0.0.2 the collector's own.
  assert.deepEqual(field('ip'), ['10.0.0.3', '10.0.0.4', '10.0.0.5']);
  await runCommand(['xmllint', '--noout', '--dtdvalid', join(root, 'update-cluster/cluster.dtd'), lab.file]);

  const again = await lab.collect(...how);
  await arping(two);
  await again.said(/00:16:3E:00:00:02 .*: is known/);
  again.kill('SIGINT');
  assert.equal(await again.ended, 0);
  assert.deepEqual(again.stderr, ['listening on lan', '0 new cards']);
  assert.deepEqual(await hostsOf(lab), hosts);
});

test('an address that answers ARP, although its owner says nothing by itself, is not given', async () => {
  await using stack = new AsyncDisposableStack();
  const lab = await createLab(stack);
  await lab.join(mac('aa'), '10.0.0.1');
  const client = await lab.join(mac('01'));
  const collector = await lab.collect(...how, '--once', '1');
  await discover(client);
  await collector.said(/10\.0\.0\.1 is not given: 00:16:3E:00:00:AA has it/);
  assert.equal(await collector.ended, 0);
  const [host = ''] = await hostsOf(lab);
  assert.match(host, /<ip>10\.0\.0\.[34]</);
});

test('cards that are not one of a host are named and left out; --local takes virtual machines', async () => {
  await using stack = new AsyncDisposableStack();
  const lab = await createLab(stack);
  const virtual = await lab.join('52:54:00:00:00:01', '10.0.0.50');
  const router = await lab.join('00:00:5e:00:01:2a', '10.0.0.51');
  const collector = await lab.collect(...how);
  await Promise.all([arping(virtual), ping(router)]);
  await collector.said(/^52:54:00:00:00:01 \(ARP, 10\.0\.0\.50\): left out: locally administered/);
  await collector.said(/^00:00:5E:00:01:2A .*: left out: an address that routers share \(VRRP/);
  collector.kill('SIGTERM');
  assert.equal(await collector.ended, 0);
  await assert.rejects(readFile(lab.file), { code: 'ENOENT' });
  const local = await lab.collect(...how, '--local', '--once', '1');
  await arping(virtual);
  assert.equal(await local.ended, 0);
  assert.match((await hostsOf(lab)).join('\n'), /52:54:00:00:00:01/);
});

const arpFrom = (sender: string, tag: string) =>
  `ffffffffffff ${sender} ${tag} 0806 0001080006040001 ${sender} 0a00003c 000000000000 0a000063 ${'00'.repeat(18)}`;

test('frames of a tagged VLAN are of another network; a priority is no VLAN', async () => {
  await using stack = new AsyncDisposableStack();
  const lab = await createLab(stack);
  const client = await lab.join(mac('01'));
  const collector = await lab.collect('--listen-only', '--once', '1');
  await client.sendFrame(arpFrom('00163e000042', '8100602a'));
  await client.sendFrame(arpFrom('00163e000043', '81006000'));
  assert.equal(await collector.ended, 0);
  assert.deepEqual(collector.stdout, ['00:16:3E:00:00:43 (ARP, 10.0.0.60): is new']);
});

test('--listen-only sends nothing and writes nothing', async () => {
  await using stack = new AsyncDisposableStack();
  const lab = await createLab(stack);
  const client = await lab.join(mac('01'));
  const watcher = await lab.join(mac('02'));
  const watch = await watcher.watch();
  const collector = await lab.collect('--listen-only');
  await discover(client);
  await collector.said(/^00:16:3E:00:00:01 \(DHCP.*\): is new$/);
  collector.kill('SIGINT');
  assert.equal(await collector.ended, 0);
  await assert.rejects(readFile(lab.file), { code: 'ENOENT' });
  // Its own card would be heard like any other, as it is when it asks for addresses.
  assert.doesNotMatch(watch.stdout.join('\n'), /FF:FF:FF/);
  const asking = await lab.collect(...how, '--once', '1');
  await discover(client);
  await watch.said(/^00:16:3E:FF:FF:FF \(ARP\): is new/);
  assert.equal(await asking.ended, 0);
});

test('--site offers a card to the running server, and prints the command that makes a machine of it', async () => {
  await using stack = new AsyncDisposableStack();
  const lab = await createLab(stack);
  const client = await lab.join(mac('01'));
  const server = await createServer(stack);
  const site = join(lab.dir, "the lab's site");
  await mkdir(join(site, 'machdb'), { recursive: true });
  await writeFile(join(site, 'site.yaml'), 'interface: lan\n');
  const database = 'lab:\n    NETMASK=255.255.255.0\nnode001.lab: lab\n    IP=10.0.0.1\n    MAC=00:16:3e:00:00:77\n';
  await writeFile(join(site, 'machdb/lab.db'), database);
  await writeFile(lab.file, '<cluster><host><ip>10.0.0.3</ip><hostname>node002</hostname></host></cluster>');
  const collector = await lab.collect(
    ...how,
    '--site',
    site,
    '--state',
    server.stateDir,
    '--like',
    'lab',
    '--once',
    '1',
  );
  await discover(client);
  assert.equal(await collector.ended, 0, collector.stderr.join('\n'));
  assert.deepEqual(collector.stderr, ['listening on lan', '1 new card']);
  const command = collector.stdout.at(-1)?.replace(/^.*?: machdb/, 'machdb') ?? '';
  assert.match(command, /^machdb add node003 --parents lab MAC=00:16:3e:00:00:01 IP=10\.0\.0\.4 --site '/);
  assert.deepEqual(
    (await server.control.all()).unknown.map((card) => card.mac),
    [mac('01')],
  );
  assert.equal((await hostsOf(lab)).length, 1, 'cluster.xml stays as it was');

  await runCommand(['sh', '-c', `${join(root, 'bin')}/${command}`]);
  const again = await lab.collect(...how, '--site', site, '--state', join(lab.dir, 'no-server'));
  await discover(client);
  await again.said(/00:16:3E:00:00:01 .*: is known/);
  const other = await lab.join(mac('02'));
  await discover(other);
  await again.said(/machdb add node004 MAC=00:16:3e:00:00:02/);
  again.kill('SIGINT');
  assert.equal(await again.ended, 0);
  assert.match(again.stderr.join('\n'), /no gutinteg serve answers at/);
});

test('what update-cluster-add writes while an address is probed is neither lost nor given again', async () => {
  await using stack = new AsyncDisposableStack();
  const lab = await createLab(stack);
  const client = await lab.join(mac('01'));
  const watcher = await lab.join(mac('02'));
  const watch = await watcher.watch();
  const collector = await lab.collect(...how, '--once', '1');
  await Promise.all([discover(client), watch.said(/^00:16:3E:FF:FF:FF/)]);
  const host = '<host><hostname>node001</hostname><ip>10.0.0.1</ip><mac>00:16:3E:00:00:99</mac></host>';
  await writeFile(lab.file, `<cluster><!-- by hand -->${host}</cluster>`);
  assert.equal(await collector.ended, 0, collector.stderr.join('\n'));
  const hosts = await hostsOf(lab);
  assert.match(await readFile(lab.file, 'utf8'), /<!-- by hand -->/);
  assert.equal(hosts.length, 2);
  assert.match(hosts.join('\n'), /<ip>10\.0\.0\.3<.*<hostname>node002</);
});

test('--like gives bootmaster and notes of another host, without its being the master; --config says the rest', async () => {
  await using stack = new AsyncDisposableStack();
  const lab = await createLab(stack);
  const client = await lab.join(mac('01'));
  const old = '<ip>10.0.0.9</ip><hostname>old</hostname><notes>master rack-1</notes><bootmaster>10.0.0.1</bootmaster>';
  await writeFile(lab.file, `<cluster><host>${old}</host></cluster>`);
  const config = join(lab.dir, 'maccollect.yaml');
  await writeFile(config, 'hostname: node%d\nrange: 10.0.0.1-10.0.0.9\n');
  const collector = await lab.collect('--config', config, '--like', 'OLD', '--once', '1');
  await discover(client);
  assert.equal(await collector.ended, 0, collector.stderr.join('\n'));
  assert.match(
    (await hostsOf(lab)).join('\n'),
    /<ip>10\.0\.0\.3<.*<hostname>node1<.*<notes>rack-1<.*<bootmaster>10\.0\.0\.1</,
  );
});

test('addresses run out, and the card is deleted: exit code 1, and the reason', async () => {
  await using stack = new AsyncDisposableStack();
  const lab = await createLab(stack);
  const client = await lab.join(mac('01'));
  const none = await lab.collect('--hostname', 'n%d', '--range', '10.0.0.2-10.0.0.2');
  await discover(client);
  assert.equal(await none.ended, 1);
  assert.match(none.stderr.join('\n'), /no address of the range is free/);
  const collector = await lab.collect(...how);
  await lab.run('ip', 'link', 'del', 'lan');
  assert.equal(await collector.ended, 1);
  assert.match(collector.stderr.join('\n'), /the network card lan is gone/);
});

test('a card that is switched off and on again is listened to all the same', async () => {
  await using stack = new AsyncDisposableStack();
  const lab = await createLab(stack);
  const client = await lab.join(mac('01'));
  const collector = await lab.collect('--listen-only', '--once', '1');
  await lab.run('ip', 'link', 'set', 'lan', 'down');
  await lab.run('ip', 'link', 'set', 'lan', 'up');
  await discover(client);
  assert.equal(await collector.ended, 0, collector.stderr.join('\n'));
  assert.match(collector.stdout.join('\n'), /is new/);
});

const refused: readonly [name: string, args: readonly string[], message: RegExp][] = [
  ['no card', how, /--interface/],
  ['a card that is missing', ['--interface', 'gone0', ...how], /there is no network card gone0/],
  ['a card that is not Ethernet', ['--interface', 'lo', ...how], /lo is not an Ethernet card/],
  ['no pattern', ['--interface', 'lo', '--config', '/dev/null'], /how hosts are named/],
  [
    'a pattern that is none',
    ['--interface', 'lo', '--hostname', 'node', '--range', '10.0.0.1-10.0.0.2'],
    /not a pattern/,
  ],
  ['a range that is none', ['--interface', 'lo', '--hostname', 'n%d', '--range', '10.0.0.1'], /not two IPv4 addresses/],
  ['a count that is none', ['--interface', 'lo', '--once', '0', ...how], /not a number of cards/],
  [
    'a configuration that is missing',
    ['--interface', 'lo', '--config', '/nonexistent.yaml'],
    /cannot read \/nonexistent\.yaml/,
  ],
  [
    'a faulty file',
    ['--interface', 'lo', ...how, '--like', 'gone', '--file', join(root, 'package.json')],
    /package\.json:\d+:\d+: error/,
  ],
  ['a site that is missing', ['--interface', 'lo', ...how, '--site', '/nonexistent'], /site\.yaml cannot be read/],
  ['a state directory without a site', ['--interface', 'lo', ...how, '--state', '/tmp'], /--site DIR/],
];
for (const [name, args, message] of refused) {
  test(`refused: ${name}`, async () => {
    const program = join(root, 'bin/update-cluster-maccollect');
    const { exitCode, stderr } = await runCommand([program, ...args], { okExitCodes: [0, 1, 2], timeoutMs: 20_000 });
    assert.equal(exitCode, 2, stderr);
    assert.match(stderr, message);
    assert.doesNotMatch(stderr, /\n {4}at /);
  });
}
