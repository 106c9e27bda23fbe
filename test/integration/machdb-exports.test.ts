// Exports in the hands of the programs that they are for.
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { createSocket } from 'node:dgram';
import { Resolver } from 'node:dns/promises';
import { once } from 'node:events';
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { after, before, test } from 'node:test';
import * as fc from 'fast-check';
import { runCommand } from '../../lib/run-command.ts';
import type { Argv } from '../../lib/run-command.ts';
import type { ExportFormatName } from '../../machdb/exports/format-names.ts';
import { exportText } from '../../machdb/exports/export-text.ts';
import { reverseName } from '../../machdb/exports/reverse-names.ts';
import { zoneSerial } from '../../machdb/exports/zone-text.ts';
import { unpackedPackage } from '../helpers/unpacked-package.ts';
import { exportSound, hostileText, oftenLegal } from './machdb-exports-lab.ts';
import type { WrittenMachine } from './machdb-exports-lab.ts';

const MACHINES = 300;
const head = `
zones:
    ZONE=lab.example 10.in-addr.arpa 8.b.d.0.1.0.0.2.ip6.arpa
    NS=ns1 ns.other.example
    MX=10:mail
    HOSTMASTER=first.last@lab.example
room-a:
net:
    DOMAIN=lab.example
    NETMASK=255.255.0.0
    GATEWAY=10.77.0.1
    NAMESERVER=10.77.0.2
ns1: net
    IP=10.77.0.2
    MAC=52:54:00:78:00:01
    ALIASES=mail lab.example
`;

/** Machines that mostly are as they should be: the more variables, the more of them have one that is not. */
const hostileMachines: fc.Arbitrary<WrittenMachine[]> = fc
  .array(
    fc.record(
      {
        ALIASES: oftenLegal(fc.stringMatching(/^[a-z][a-z0-9-]{0,8}[a-z0-9]( www\.other\.example)?$/)),
        DOMAIN: oftenLegal(fc.constantFrom('lab.example', 'Sub.lab.example', 'other.example')),
        GATEWAY: oftenLegal(fc.constantFrom('10.77.0.1', '')),
        NETMASK: oftenLegal(fc.constant('255.255.0.0')),
        MX: oftenLegal(fc.constantFrom('ns1', '5:mx.other.example', '10:ns1.lab.example')),
        MORE: oftenLegal(fc.constant('x')),
        IP6: oftenLegal(fc.integer({ min: 1, max: 65_535 }).map((group) => `2001:db8::${group.toString(16)}`)),
        name: fc.oneof(
          { arbitrary: fc.constant('m'), weight: 9 },
          { arbitrary: fc.constantFrom('_m', 'm.', 'M-', '0', 'x..y', '__proto__', 'a.b'), weight: 1 },
        ),
      },
      { requiredKeys: ['name'] },
    ),
    { minLength: MACHINES, maxLength: MACHINES },
  )
  .map((machines) => machines.map(({ name, ...variables }, index) => numberMachine(name, variables, index)));

function numberMachine(name: string, variables: Record<string, string>, index: number): WrittenMachine {
  const octets = `${Math.floor(index / 250)}.${(index % 250) + 3}`;
  const mac = `52:54:00:77:${Math.floor(index / 250)}:${(index % 250).toString(16)}`;
  return { name: `${name}${index}`, variables: { IP: `10.77.${octets}`, MAC: mac, ...variables } };
}

// To see a failure again: SEED=… bin/node --test test/integration/machdb-exports.test.ts
const seed = Number(process.env['SEED'] ?? Math.floor(Math.random() * 2 ** 31));
process.stdout.write(`# SEED=${seed}\n`);

function sample(format: ExportFormatName, settings = {}) {
  const [machines = []] = fc.sample(hostileMachines, { numRuns: 1, seed });
  const hostile = exportSound(format, { head, machines }, settings);
  assert.ok(hostile.records.size > MACHINES / 3, `${hostile.refused} machines were refused`);
  assert.ok(hostile.refused > 5, `${hostile.refused} machines were refused`);
  return hostile;
}

let dir: string;
before(async () => {
  dir = await mkdtemp(join(tmpdir(), 'machdb-exports-'));
});
after(() => rm(dir, { recursive: true }));

async function save(name: string, text: string): Promise<string> {
  await writeFile(join(dir, name), text);
  return join(dir, name);
}

/** The records of a zone as BIND prints them, without SOA: `m1.lab.example. A 10.77.0.3`. */
async function dumpZone(zone: string, text: string): Promise<string[]> {
  const file = await save('zone', text);
  const { stdout } = await runCommand(['named-checkzone', '-i', 'local', '-k', 'fail', '-D', '-o', '-', zone, file]);
  const records = stdout.matchAll(/^(\S+)\s+3600\s+IN\s+(?!SOA)(\S+)\s+(.*)$/gm);
  return [...records].map(([, owner, type, data]) => `${owner} ${type} ${data}`).sort();
}

test('dns: BIND reads exactly the names, addresses, aliases and mail exchangers of the machines', async () => {
  const { text, records } = sample('dns');
  const wanted = ['lab.example. NS ns1.lab.example.', 'lab.example. NS ns.other.example.'];
  wanted.push('lab.example. MX 10 mail.lab.example.', 'lab.example. A 10.77.0.2', 'mail.lab.example. A 10.77.0.2');
  wanted.push('ns1.lab.example. A 10.77.0.2');
  for (const [name, { DOMAIN = '', IP, IP6, MX = '', ALIASES = '' }] of records) {
    const host = DOMAIN === '' ? name.toLowerCase() : `${name}.${DOMAIN}`.toLowerCase();
    const inZone = host.endsWith('.lab.example');
    if (inZone) {
      wanted.push(`${host}. A ${IP}`);
      if (IP6) wanted.push(...words(IP6).map((ip6) => `${host}. AAAA ${ip6}`));
      for (const word of words(MX)) wanted.push(`${host}. MX ${mailExchanger(word, DOMAIN)}`);
    }
    for (const alias of words(ALIASES)) {
      const whole = (alias.includes('.') ? alias : `${alias}.${DOMAIN}`).toLowerCase();
      if (whole.endsWith('.lab.example')) wanted.push(`${whole}. CNAME ${host}.`);
    }
  }
  assert.deepEqual(await dumpZone('lab.example', text), [...new Set(wanted)].sort());
});

function words(value: string): string[] {
  return value.split(/[ \t]+/).filter((word) => word !== '');
}

function mailExchanger(word: string, domain: string): string {
  const [, preference = '10', host = ''] = /^(?:(\d+):)?(.*)$/.exec(word) ?? [];
  return `${preference} ${host.includes('.') ? host.toLowerCase() : `${host}.${domain}`.toLowerCase()}.`;
}

test('the serial of an old zone is the one that BIND reads, however it is written', async () => {
  const rest = '3600 15m 1w 1h';
  for (const soa of [
    `@ IN SOA ( ns. h. 2026112101 ${rest} )`,
    `@ ( 1h30m in soa ns. h. 2026112101 ${rest} )`,
    `@ SOA(ns. h.(2026112101 ${rest}))`,
    `$ORIGIN lab.example.\n@ IN 300 SOA soa 1 ( ; ( 5\n 2026112101\n\n ${rest} )`,
    String.raw`@ CLASS1 TYPE6 ns. a\.b\;c\(d.x. 0000000007 ${rest}`,
  ]) {
    const text = `${soa}\n@ IN NS ns.x.\n`;
    const argv: Argv = ['named-compilezone', '-i', 'none', '-k', 'ignore', '-q', '-o', '-', 'lab.example'];
    const { stdout } = await runCommand([...argv, await save('old', text)]);
    const [, serial] = /SOA\s+\S+\s+\S+\s+(\d+)/.exec(stdout) ?? [];
    assert.equal(String(zoneSerial.read(text)), serial, text);
  }
});

test('reverse-dns: BIND reads exactly one PTR for each address', async () => {
  for (const zone of ['10.in-addr.arpa', '8.b.d.0.1.0.0.2.ip6.arpa']) {
    const { text, records } = sample('reverse-dns', { zone });
    const wanted = ['ns1.lab.example.', 'ns.other.example.'].map((host) => `${zone}. NS ${host}`);
    if (zone.startsWith('10')) wanted.push('2.0.77.10.in-addr.arpa. PTR ns1.lab.example.');
    for (const [name, { DOMAIN = '', IP = '', IP6 = '' }] of records) {
      const addresses = [IP, ...words(IP6)].map(reverseName).filter((owner) => owner.endsWith(`.${zone}`));
      if (DOMAIN === '' && !name.includes('.')) continue;
      const host = (DOMAIN === '' ? name : `${name}.${DOMAIN}`).toLowerCase();
      wanted.push(...addresses.map((owner) => `${owner}. PTR ${host}.`));
    }
    assert.deepEqual(await dumpZone(zone, text), [...new Set(wanted)].sort());
  }
});

test('reverse-dns: BIND takes zones smaller than /24, and the CNAMEs that lead there', async () => {
  const net = '2.0.192.in-addr.arpa';
  const small = [`64/26.${net}`, `128-25.${net}`, `0-31.${net}`, `64/30.${net}`];
  const database = `z:\n ZONE=lab.example ${net} ${small.join(' ')}\n NS=ns.x.example\na:\n DOMAIN=lab.example\n IP=192.0.2.65\n`;
  const argv: Argv = ['named-checkzone', '-i', 'local', '-k', 'fail', '-D', '-o', '-'];
  for (const zone of [net, ...small]) {
    const file = await save('small.zone', exportText('reverse-dns', database, { zone }).text);
    const { stdout } = await runCommand([...argv, zone, file]);
    const found = stdout.split('\n').filter((line) => /\s(CNAME|PTR)\s/.test(line)).length;
    assert.equal(found, zone === net ? 64 + 128 + 32 : zone === `64/30.${net}` ? 1 : 0, stdout);
    if (zone === net)
      assert.match(stdout, /^65\.2\.0\.192\.in-addr\.arpa\.\s.*CNAME\s+65\.64\/30\.2\.0\.192\.in-addr\.arpa\.$/m);
  }
});

test('dns: named loads the zone and answers from it', async () => {
  const file = await save('lab.zone', sample('dns').text);
  const named = join(await unpackedPackage('bind9', 'bind9-libs'), 'usr/sbin/named');
  const port = await freePort();
  const config = await save(
    'named.conf',
    `options { directory "${dir}"; listen-on port ${port} { 127.0.0.1; }; listen-on-v6 { none; }; pid-file none;
       recursion no; notify no; dnssec-validation no; session-keyfile none; };
     controls { }; zone "lab.example" { type primary; file "${file}"; };`,
  );
  const server = spawn(named, ['-g', '-n', '1', '-c', config], { stdio: ['ignore', 'ignore', 'pipe'] });
  const exited = once(server, 'exit');
  try {
    const lines: string[] = [];
    for await (const line of createInterface(server.stderr)) {
      lines.push(line);
      if (line.endsWith(' running')) break;
    }
    assert.match(lines.join('\n'), /zone lab\.example\/IN: loaded serial 1\n/);
    server.stderr.resume();
    const resolver = new Resolver({ timeout: 2000, tries: 2 });
    resolver.setServers([`127.0.0.1:${port}`]);
    assert.deepEqual(await resolver.resolve4('mail.lab.example'), ['10.77.0.2']);
    const mail = { exchange: 'mail.lab.example', priority: 10, type: 'MX' };
    assert.deepEqual(await resolver.resolveMx('lab.example'), [mail]);
    assert.equal((await resolver.resolveSoa('lab.example')).hostmaster, String.raw`first\.last.lab.example`);
  } finally {
    server.kill('SIGKILL');
    await exited;
  }
});

async function freePort(): Promise<number> {
  const socket = createSocket('udp4').bind(0, '127.0.0.1');
  await once(socket, 'listening');
  const { port } = socket.address();
  socket.close();
  return port;
}

test('kea: the server takes the configuration, with a reservation for each MAC address', async () => {
  const { text, records } = sample('kea');
  const kea = join(await unpackedPackage('kea-dhcp4-server', 'kea-common'), 'usr/sbin/kea-dhcp4');
  const { stdout, stderr } = await runCommand([kea, '-t', await save('kea.json', text)]);
  assert.doesNotMatch(stdout + stderr, /ERROR|WARN/);
  const { Dhcp4 } = JSON.parse(text) as { Dhcp4: { subnet4: { subnet: string; reservations: object[] }[] } };
  assert.deepEqual(
    Dhcp4.subnet4.map(({ subnet }) => subnet),
    ['10.77.0.0/16'],
  );
  const ips = Dhcp4.subnet4[0]?.reservations.map((one) => (one as { 'ip-address': string })['ip-address']);
  assert.deepEqual(ips, ['10.77.0.2', ...[...records.values()].map(({ IP }) => IP)]);
});

test('InfiniBand: kea and dnsmasq take the client identifiers', async () => {
  const guid = '00:02:c9:03:00:00:10:39';
  const database = `a:\n NETMASK=255.255.255.0\n IP=10.77.0.1\n MAC=80:00:04:04:fe:80:00:00:00:00:00:00:${guid} 52:54:00:00:00:01\n`;
  const kea = join(await unpackedPackage('kea-dhcp4-server', 'kea-common'), 'usr/sbin/kea-dhcp4');
  const config = exportText('kea', database).text;
  const { stdout, stderr } = await runCommand([kea, '-t', await save('infiniband.json', config)]);
  assert.doesNotMatch(stdout + stderr, /ERROR|WARN/);
  const conf = await save('infiniband.conf', exportText('dnsmasq', database).text);
  assert.match((await runCommand(['dnsmasq', '--test', `--conf-file=${conf}`])).stderr, /syntax check OK/);
  assert.match(await readFile(conf, 'utf8'), new RegExp(`dhcp-host=52:54:00:00:00:01,id:20:${guid},10.77.0.1,a`));
});

test('dnsmasq: it takes the file, and each line is one that was meant', async () => {
  const { text, records } = sample('dnsmasq');
  const { stderr } = await runCommand(['dnsmasq', '--test', `--conf-file=${await save('dnsmasq.conf', text)}`]);
  assert.match(stderr, /syntax check OK/);
  const [host, ip] = [String.raw`[a-z0-9][a-z0-9.-]*`, String.raw`10\.77\.\d+\.\d+`];
  const meant = new RegExp(
    `^(host-record=${host},${ip}(,2001:db8:[0-9a-f:]+)?|host-record=${host},2001:db8:[0-9a-f:]+|cname=${host},${host}|` +
      `dhcp-host=([0-9a-f:]{17},)+(set:net-10.77.0.0-\\d+,)*${ip},[a-z0-9-]+|domain=${host},(${ip},${ip}|10.77.0.0/16)|` +
      `dhcp-option=tag:net-10.77.0.0(-\\d+)?,option:(router(,${ip})?|dns-server,${ip})|` +
      `dhcp-range=set:net-10.77.0.0,10.77.0.0,static,255.255.0.0)$`,
  );
  const lines = text.trimEnd().split('\n').slice(1);
  assert.deepEqual(
    lines.filter((line) => !meant.test(line)),
    [],
  );
  const hosts = lines.filter((line) => line.startsWith('dhcp-host='));
  assert.equal(hosts.length, records.size + 1);
});

/** A program that sees a directory of ours as /etc. */
function withEtc(etc: string, ...argv: string[]) {
  const script = 'mount --bind "$1" /etc && shift && exec "$@"';
  return runCommand(['unshare', '-m', 'sh', '-c', script, 'sh', etc, ...argv]);
}

test('hosts and ethers: the C library finds each machine by name and by address', async () => {
  const etc = join(dir, 'etc');
  await mkdir(etc);
  await writeFile(join(etc, 'nsswitch.conf'), 'hosts: files\nethers: files\n');
  const hosts = sample('hosts');
  await writeFile(join(etc, 'hosts'), hosts.text);
  const all = await withEtc(etc, 'getent', 'hosts');
  const found = all.stdout.trimEnd().split('\n').slice(2);
  assert.deepEqual(
    found.map((line) => line.split(/ +/)[0]),
    ['10.77.0.2', ...[...hosts.records.values()].map(({ IP }) => IP)],
  );
  const ip6s = new Map([...hosts.records].flatMap(([name, { IP6 = '' }]) => words(IP6).map((ip6) => [ip6, name])));
  const byAddress = await withEtc(etc, 'getent', 'hosts', ...ip6s.keys());
  assert.equal(byAddress.stdout.trimEnd().split('\n').length, ip6s.size);

  const ethers = sample('ethers');
  await writeFile(join(etc, 'ethers'), ethers.text);
  const names = ethers.text.trimEnd().split('\n').slice(1);
  assert.equal(names.length, ethers.records.size + 1);
  const wanted = names.map((line) => line.split(' ')[1] ?? '');
  const known = await withEtc(etc, 'getent', 'ethers', ...wanted);
  assert.deepEqual(
    known.stdout
      .trimEnd()
      .split('\n')
      .map((line) => line.split(' ')[1]),
    wanted,
  );
});

test('json: every value comes back as it was written', async () => {
  const machines = fc
    .sample(hostileText, { numRuns: 500, seed })
    .map((NOTE, index) => ({ name: `m${index}`, variables: { IP: '10.0.0.1', NOTE } }));
  const { text, records } = exportSound('json', { head, machines });
  const file = await save('all.json', text);
  const script = 'import json,sys; print(json.dumps(json.load(open(sys.argv[1], encoding="utf-8"))))';
  const { stdout } = await runCommand(['python3', '-c', script, file], { env: { PYTHONIOENCODING: 'utf-8' } });
  const { ns1: _, ...read } = JSON.parse(stdout) as Record<string, unknown>;
  assert.deepEqual(read, Object.fromEntries(records));
  assert.equal(records.size, 500);
  assert.equal(await readFile(file, 'utf8'), text);
});
