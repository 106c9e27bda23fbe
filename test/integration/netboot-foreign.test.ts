// Packets that brought other servers down, as their bug reports tell them. Here each is dropped or refused, and the next
// client is served.
import assert from 'node:assert/strict';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { test } from 'node:test';
import { createLab, SERVER } from './netboot-lab.ts';
import type { Lab } from './netboot-lab.ts';

async function run(lab: Lab, source: string): Promise<string> {
  const program = join(lab.dir, 'foreign.cjs');
  await writeFile(program, `${COMMON}\n(async () => {\n${source}\nprocess.exit();\n})();`);
  return (await lab.client([process.execPath, program])).stdout.trim();
}

const COMMON = `
const { createSocket } = require('node:dgram');
const { once } = require('node:events');
const open = async (port = 0) => { const s = createSocket('udp4').bind(port, '10.77.0.2'); await once(s, 'listening'); return s; };
const send = (s, bytes, port) => new Promise((done) => s.send(Buffer.from(bytes), port, '${SERVER}', done));
const next = async (s) => {
  const late = setTimeout(() => { console.log('no answer'); process.exit(); }, 1500);
  const [bytes, from] = await once(s, 'message');
  clearTimeout(late);
  return { bytes, port: from.port };
};
/** The answer to this machine: answers to packets that were sent before may still be on their way. */
const nextFor = async (s, mac) => {
  for (;;) {
    const answer = await next(s);
    if (answer.bytes.subarray(28, 34).equals(Buffer.from(mac))) return answer;
  }
};
const text = (...words) => Buffer.from(words.join('\\0') + '\\0', 'latin1');
const rrq = (...words) => Buffer.concat([Buffer.from([0, 1]), text(...words)]);
/** A DISCOVER by a relay, so that answers come to port 67 of this address. */
const discover = (mac, { options = [], hlen = 6, end = [255] } = {}) => {
  const head = Buffer.alloc(240);
  head.set([1, 1, hlen, 0, 0, 0, 0, 7]);
  head.set([10, 77, 0, 2], 24);
  head.set(mac, 28);
  head.set([99, 130, 83, 99], 236);
  return Buffer.concat([head, Buffer.from([53, 1, 1, ...options, ...end])]);
};
const KNOWN = [0x52, 0x54, 0, 0x12, 0x34, 0x56];
`;

/** What they ask for, and whether a machine of the site is served afterwards. */
const SERVED = `
const relay = await open(67);
await send(relay, discover(KNOWN), 67);
const { bytes } = await nextFor(relay, KNOWN);
const tftp = await open();
await send(tftp, rrq('start.ipxe', 'octet', 'blksize', '1468'), 69);
const oack = await next(tftp);
await send(tftp, [0, 5, 0, 0, 0], oack.port);
console.log('offer of', [...bytes.subarray(16, 20)].join('.'), 'and OACK', oack.bytes[1]);
`;
const WANTED = 'offer of 10.77.0.9 and OACK 6';

const TO_DHCP: readonly (readonly [string, string])[] = [
  ['an option code as the last byte, without a length', 'discover(KNOWN, { options: [12], end: [] })'],
  ['an option that is longer than the packet', 'discover(KNOWN, { options: [12, 200, 1], end: [] })'],
  ['a hardware address of no bytes', 'discover([0, 0, 0, 0, 0, 0], { hlen: 0 })'],
  ['a hardware address of 255 bytes', 'discover(KNOWN, { hlen: 255 })'],
  [
    'options of no bytes: rapid commit (80), host name, client identifier',
    'discover(KNOWN, { options: [80, 0, 12, 0, 61, 0] })',
  ],
  ['a requested address of three bytes', 'discover(KNOWN, { options: [50, 3, 10, 77, 0] })'],
  [
    'a client identifier that leaves no room in the answer',
    'discover(KNOWN, { options: [57, 2, 2, 64, ...Array(5).fill([61, 200, ...Array(200).fill(65)]).flat()] })',
  ],
];
const TO_TFTP: readonly (readonly [string, string])[] = [
  ['nothing', '[]'],
  ['one byte', '[65]'],
  ['one byte of zero', '[0]'],
  ['an acknowledgement without a number', '[0, 4]'],
  ['an error without anything', '[0, 5]'],
  ['a request whose texts do not end', "Buffer.from('\\0\\x01start.ipxe')"],
  ['a block size of a thousand digits', "rrq('start.ipxe', 'octet', 'blksize', '9'.repeat(400))"],
];

test('packets that brought other servers down', async (context) => {
  await using stack = new AsyncDisposableStack();
  const lab = await createLab(stack, { range: { from: '10.77.1.0', to: '10.77.1.9' } });
  for (const [port, packets] of [
    [67, TO_DHCP],
    [69, TO_TFTP],
  ] as const) {
    for (const [name, packet] of packets) {
      await context.test(`to port ${port}: ${name}`, async () => {
        const sender = port === 67 ? '' : 'const own = await open(); await send(own, PACKET, 69); own.close();';
        const before =
          port === 67 ? 'const first = await open(); await send(first, PACKET, 67); first.close();' : sender;
        assert.equal(await run(lab, before.replace('PACKET', () => packet) + SERVED), WANTED);
      });
    }
  }
  await context.test('an acknowledgement of an error, then a request from the same port (pin/tftp 99)', async () => {
    const said = await run(
      lab,
      `const own = await open();
      await send(own, rrq('nosuch', 'octet'), 69);
      const refused = await next(own);
      await send(own, [0, 4, 0, 0], 69);
      await send(own, [0, 4, 0, 0], refused.port);
      await send(own, rrq('start.ipxe', 'octet'), 69);
      console.log(refused.bytes[1], (await next(own)).bytes[1]);`,
    );
    assert.equal(said, '5 3');
  });
  await context.test('the size asked for with ERROR 8, forty times from new ports (async-tftp-rs 18)', async () => {
    const said = await run(
      lab,
      `for (let probe = 0; probe < 40; probe += 1) {
        const own = await open();
        await send(own, rrq('undionly.kpxe', 'octet', 'tsize', '0'), 69);
        const { port } = await next(own);
        await send(own, Buffer.concat([Buffer.from([0, 5, 0, 8]), text('size only')]), port);
        own.close();
        await new Promise((done) => setTimeout(done, 5));
      }
      ${SERVED}`,
    );
    assert.equal(said, WANTED);
  });
  await context.test('DISCOVERs without a REQUEST leave no lease behind (AdGuardHome 8572)', async () => {
    const said = await run(
      lab,
      `const many = await open();
      for (let mac = 0; mac < 200; mac += 1) await send(many, discover([2, 0, 0, 0, 0, mac]), 67);
      many.close();
      ${SERVED}`,
    );
    assert.equal(said, WANTED);
    const database = new DatabaseSync(join(lab.stateDir, 'netboot.db'), { readOnly: true });
    assert.equal(database.prepare('SELECT count(*) AS n FROM leases').get()?.['n'], 0);
    database.close();
  });
  const failures = lab.log.filter((line) => /could not answer|uncaught/i.test(line));
  assert(failures.length <= 1, failures.join('\n'));
});
