// DHCP over real networks, asked by clients that others wrote.
import assert from 'node:assert/strict';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { runCommand } from '../../lib/run-command.ts';
import { createLab, repositoryDir, SERVER, writeUdhcpcScript } from './netboot-lab.ts';
import type { Lab } from './netboot-lab.ts';

const RANGE = { from: '10.77.1.0', to: '10.77.16.0' };

/** What udhcpc was told, as variables; an empty object when nobody answered. */
async function udhcpc(lab: Lab, card: string, more: readonly string[] = []): Promise<Record<string, string>> {
  const script = await writeUdhcpcScript(lab);
  const { stdout } = await lab.client(
    ['busybox', 'udhcpc', '-i', card, '-f', '-q', '-n', '-t', '3', '-T', '1', '-s', script, '-O', 'bootfile', ...more],
    { okExitCodes: [0, 1] },
  );
  const bound = stdout.slice(Math.max(0, stdout.indexOf('event=bound')));
  if (!bound.startsWith('event=bound')) return {};
  const pairs = bound.split('\n').map((line) => line.split('='));
  return Object.fromEntries(pairs.map(([name = '', ...value]) => [name, value.join('=')]));
}

test('busybox udhcpc: a known machine gets what its record says', async () => {
  await using stack = new AsyncDisposableStack();
  const lab = await createLab(stack);
  const told = await udhcpc(lab, 'pxe0');
  const wanted = {
    ip: '10.77.0.9',
    subnet: '255.255.0.0',
    router: '10.77.0.254',
    dns: '10.77.0.3 10.77.0.4',
    domain: 'lab.example',
    hostname: 'q-bert',
    lease: '3600',
    serverid: SERVER,
  };
  assert.deepEqual(Object.fromEntries(Object.keys(wanted).map((name) => [name, told[name]])), wanted);
  assert.equal(told['boot_file'], undefined, 'a running system gets no boot file');
});

test('busybox udhcpc as BIOS firmware and as iPXE, with the timeline of it', async () => {
  await using stack = new AsyncDisposableStack();
  const lab = await createLab(stack);
  await lab.control.arm('q-bert');
  const pxe = ['-V', 'PXEClient:Arch:00000:UNDI:002001', '-x', '0x5d:0000'];
  const firmware = await udhcpc(lab, 'pxe0', pxe);
  assert.equal(firmware['boot_file'] ?? firmware['bootfile'], 'undionly.kpxe');
  assert.equal(firmware['siaddr'], SERVER);
  const ipxe = await udhcpc(lab, 'pxe0', [...pxe, '-x', '0x4d:69505845']);
  assert.equal(ipxe['boot_file'] ?? ipxe['bootfile'], 'start.ipxe');
  const { timeline } = await lab.control.status('q-bert');
  assert.deepEqual(
    timeline.filter((entry) => entry.source === 'dhcp').map((entry) => entry.text),
    [
      'DHCPDISCOVER from the PXE firmware: offered 10.77.0.9 and boot file undionly.kpxe',
      'DHCPREQUEST from the PXE firmware: has 10.77.0.9 and boot file undionly.kpxe',
      'DHCPDISCOVER from iPXE: offered 10.77.0.9 and boot file start.ipxe',
      'DHCPREQUEST from iPXE: has 10.77.0.9 and boot file start.ipxe',
    ],
  );
});

test('an unknown machine: nothing without a range, an address of the range with one', async () => {
  await using stack = new AsyncDisposableStack();
  const without = await createLab(stack);
  await without.client(['ip', 'link', 'set', 'pxe0', 'address', '52:54:00:99:99:99']);
  assert.deepEqual(await udhcpc(without, 'pxe0'), {});
  assert.deepEqual(
    (await without.control.all()).unknown.map(({ mac }) => mac),
    ['52:54:00:99:99:99'],
  );
  const lab = await createLab(stack, { range: RANGE });
  await lab.client(['ip', 'link', 'set', 'pxe0', 'address', '52:54:00:99:99:99']);
  assert.equal((await udhcpc(lab, 'pxe0'))['ip'], RANGE.from);
  assert.equal((await udhcpc(lab, 'pxe0'))['ip'], RANGE.from, 'the same machine keeps its address');
});

test('busybox udhcpc finds the address of its record in use: it is not offered again, and the timeline says why', async () => {
  await using stack = new AsyncDisposableStack();
  const lab = await createLab(stack);
  await runCommand(['nsenter', '-t', String(lab.pid), '-n', 'ip', 'address', 'add', '10.77.0.9/32', 'dev', 'lan']);
  const told = await udhcpc(lab, 'pxe0', ['-a', '-A', '1']);
  assert.deepEqual(told, {});
  const { timeline } = await lab.control.status('q-bert');
  const texts = timeline.map(({ text }) => text);
  assert.equal(texts.filter((text) => text.startsWith('DHCPREQUEST')).length, 1);
  assert.match(texts.at(-1) ?? '', /no answer, its address 10\.77\.0\.9 is used by another machine on the network/);
});

test('busybox udhcpc gives its address of the range back, and gets the same one next time', async () => {
  await using stack = new AsyncDisposableStack();
  const lab = await createLab(stack, { range: RANGE });
  await lab.client(['ip', 'link', 'set', 'pxe0', 'address', '52:54:00:99:99:99']);
  assert.equal((await udhcpc(lab, 'pxe0', ['-R']))['ip'], RANGE.from);
  assert.equal((await udhcpc(lab, 'pxe0', ['-R']))['ip'], RANGE.from);
  assert.deepEqual(
    lab.log.filter((line) => line.includes('not heeded')),
    [],
  );
});

test('cards that somebody else has seen join the list of unknown ones, and known ones do not', async () => {
  await using stack = new AsyncDisposableStack();
  const lab = await createLab(stack);
  const stranger = '00:16:3e:00:00:01';
  assert.deepEqual(await lab.control.offer([stranger, '52:54:00:12:34:56']), { unknown: [stranger] });
  const { unknown } = await lab.control.all();
  assert.deepEqual(
    unknown.map(({ mac }) => mac),
    [stranger],
  );
  await assert.rejects(lab.control.offer(['00:16:3E:00:00:01\n']), /offer: 1 fault/);
});

test('the server is deaf on its other network, even to a machine it knows', async () => {
  await using stack = new AsyncDisposableStack();
  const lab = await createLab(stack, { range: RANGE });
  assert.deepEqual(await udhcpc(lab, 'pxe1'), {});
  assert.deepEqual((await lab.control.all()).unknown, []);
});

test("the npm package dhcp's client", async () => {
  await using stack = new AsyncDisposableStack();
  const lab = await createLab(stack);
  const program = join(lab.dir, 'client.cjs');
  // Its first REQUEST names no address, which RFC 2131 forbids and we refuse; it has learnt one by its second try.
  await writeFile(
    program,
    `const dhcp = require(${JSON.stringify(join(repositoryDir, 'node_modules/dhcp'))});
     const client = dhcp.createClient({ mac: '52:54:00:12:34:56', features: ['hostname'] });
     client.on('message', ({ options }) => options[53] === 6 && client.sendDiscover());
     client.on('bound', (state) => { console.log(JSON.stringify(state)); client.close(); });
     client.listen(undefined, undefined, () => client.sendDiscover());`,
  );
  // It sends to 255.255.255.255 from no interface in particular, so the namespace needs a route for it.
  await lab.client(['ip', 'route', 'add', 'default', 'dev', 'pxe0']);
  const { stdout } = await lab.client([process.execPath, program]);
  const state = JSON.parse(stdout) as { address: string; options: Record<string, unknown> };
  assert.equal(state.address, '10.77.0.9');
  assert.equal(state.options['hostname'], 'q-bert');
  assert.deepEqual(state.options['router'], ['10.77.0.254']);
});

test('perfdhcp as a relay: hundreds of clients a second, no answer lost', async () => {
  await using stack = new AsyncDisposableStack();
  const lab = await createLab(stack, { range: RANGE });
  const load = ['-r', '200', '-n', '400', '-R', '400', '-W', '2000000'];
  const { stdout } = await lab.client(['perfdhcp', '-4', '-l', 'pxe0', ...load, SERVER], { okExitCodes: [0, 3] });
  const received = [...stdout.matchAll(/received packets: (\d+)/g)].map(([, count]) => Number(count));
  assert.deepEqual(received, [400, 400], stdout);
});

test('rubbish on the DHCP port is dropped, logged once, and the next client is served', async () => {
  await using stack = new AsyncDisposableStack();
  const lab = await createLab(stack);
  const program = join(lab.dir, 'rubbish.cjs');
  await writeFile(
    program,
    `const socket = require('node:dgram').createSocket('udp4');
     const packets = [0, 1, 239, 240, 300, 1472].map((size) => require('node:crypto').randomBytes(size));
     Promise.all([...packets, ...packets].map((packet) => new Promise((done) => socket.send(packet, 67, '${SERVER}', done))))
       .then(() => socket.close());`,
  );
  await lab.client([process.execPath, program]);
  assert.equal((await udhcpc(lab, 'pxe0'))['ip'], '10.77.0.9');
  const dropped = lab.log.filter((line) => line.includes('no DHCP'));
  assert(dropped.length > 0 && dropped.length <= 4, lab.log.join('\n'));
});
