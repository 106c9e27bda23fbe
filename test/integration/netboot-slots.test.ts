// Strangers who hold everything that there is to hold, and machines that begin anew in the middle.
import assert from 'node:assert/strict';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { createLab, SERVER } from './netboot-lab.ts';
import type { Lab } from './netboot-lab.ts';

/** Runs a program of CommonJS in the client's namespace; what it prints. */
async function runClient(lab: Lab, source: string): Promise<string> {
  const program = join(lab.dir, 'client.cjs');
  await writeFile(program, `const SERVER = '${SERVER}';\n${source}`);
  return (await lab.client([process.execPath, program])).stdout.trim();
}

async function addAddresses(lab: Lab, count: number): Promise<void> {
  for (let host = 1; host <= count; host += 1) {
    await lab.client(['ip', 'address', 'add', `10.77.2.${host}/16`, 'dev', 'pxe0']);
  }
}

/** Packets of TFTP, and what a socket hears next. */
const TFTP = `
const { createSocket } = require('node:dgram');
const { once } = require('node:events');
const request = (...words) => Buffer.from('\\0\\x01' + words.map((word) => word + '\\0').join(''), 'latin1');
const open = async (address = '10.77.0.2') => {
  const socket = createSocket('udp4').bind(0, address);
  await once(socket, 'listening');
  return socket;
};
const send = (socket, bytes, port) => new Promise((done) => socket.send(bytes, port, SERVER, done));
const next = async (socket) => {
  const late = setTimeout(() => { console.log('no answer'); process.exit(); }, 900);
  const [bytes, from] = await once(socket, 'message');
  clearTimeout(late);
  return { code: bytes.readUInt16BE(0), block: bytes.readUInt16BE(2), port: from.port, bytes };
};
const ack = (block) => Buffer.from([0, 4, block >> 8, block & 255]);
`;

test('eighty addresses that hold eight transfers each with timeout=255 keep nobody from booting', async () => {
  await using stack = new AsyncDisposableStack();
  const lab = await createLab(stack);
  await addAddresses(lab, 80);
  const said = await runClient(
    lab,
    `${TFTP}
    (async () => {
      for (let host = 1; host <= 80; host += 1) {
        for (let count = 0; count < 8; count += 1) {
          await send(await open('10.77.2.' + host), request('undionly.kpxe', 'octet', 'timeout', '255'), 69);
        }
      }
      const own = await open();
      // Sent again when nothing is heard, as every client does: a burst of 640 requests may fill a socket's buffer.
      const ask = async (bytes, port, isIt) => {
        for (let tries = 0; tries < 20; tries += 1) {
          await send(own, bytes, port);
          const heard = await once(own, 'message', { signal: AbortSignal.timeout(500) }).catch(() => undefined);
          if (heard !== undefined && isIt(heard[0])) return { bytes: heard[0], port: heard[1].port };
        }
        console.log('no answer');
        process.exit();
      };
      const isBlock = (block) => (bytes) => bytes.readUInt16BE(0) === 3 && bytes.readUInt16BE(2) === block;
      const words = request('undionly.kpxe', 'octet', 'blksize', '1468');
      let { port } = await ask(words, 69, (bytes) => bytes.readUInt16BE(0) === 6);
      for (let block = 1, bytes = 1472; bytes === 1472; block += 1) {
        bytes = (await ask(ack(block - 1), port, isBlock(block))).bytes.length;
      }
      console.log('whole');
      process.exit();
    })();`,
  );
  assert.equal(said, 'whole');
});

const AGAIN: readonly { name: string; before: string; want: string }[] = [
  {
    name: 'a machine that was reset in the middle and asks from the same port is answered at once, from the beginning',
    before: `await send(own, request('undionly.kpxe', 'octet'), 69);
      const first = await next(own);
      await send(own, ack(1), first.port);
      const second = await next(own);
      await send(own, request('undionly.kpxe', 'octet'), 69);
      const again = await next(own);
      console.log(first.block, second.block, again.code, again.block, again.port === first.port);`,
    want: '1 2 3 1 false',
  },
  {
    name: 'one that was reset before its first answer, too, and from the same port, as a doubled packet would be',
    before: `await send(own, request('undionly.kpxe', 'octet'), 69);
      const first = await next(own);
      await send(own, request('undionly.kpxe', 'octet'), 69);
      const again = await next(own);
      console.log(again.code, again.block, again.port === first.port);`,
    want: '3 1 true',
  },
  {
    name: 'ERROR 8 to the options, then the same request without them from the same port (RFC 2347)',
    before: `await send(own, request('undionly.kpxe', 'octet', 'tsize', '0', 'blksize', '1468'), 69);
      const options = await next(own);
      await send(own, Buffer.from('\\0\\x05\\0\\x08no\\0', 'latin1'), options.port);
      await send(own, request('undionly.kpxe', 'octet'), 69);
      const again = await next(own);
      console.log(options.code, again.code, again.block, again.bytes.length);`,
    want: '6 3 1 516',
  },
  {
    name: 'other options from the same port, without an error before',
    before: `await send(own, request('undionly.kpxe', 'octet', 'blksize', '1468'), 69);
      const options = await next(own);
      await send(own, request('undionly.kpxe', 'octet', 'blksize', '1024'), 69);
      const again = await next(own);
      console.log(options.code, again.code, again.bytes.toString('latin1', 2).replaceAll('\\0', ' ').trim());`,
    want: '6 6 blksize 1024',
  },
];

test('a request from the port of a transfer that is under way', async (context) => {
  await using stack = new AsyncDisposableStack();
  const lab = await createLab(stack);
  for (const { name, before, want } of AGAIN) {
    await context.test(name, async () => {
      const source = `${TFTP}(async () => { const own = await open(); ${before} process.exit(); })();`;
      assert.equal(await runClient(lab, source), want);
    });
  }
});

test('1,600 connections that send nothing, or read nothing, keep nobody from the kernel', async () => {
  await using stack = new AsyncDisposableStack();
  const lab = await createLab(stack);
  await addAddresses(lab, 32);
  const said = await runClient(
    lab,
    `
    const { connect } = require('node:net');
    const { get } = require('node:http');
    const holders = Array.from({ length: 1600 }, (_, index) => {
      const socket = connect({ host: SERVER, port: 8080, localAddress: '10.77.2.' + ((index % 32) + 1) });
      socket.on('error', () => {});
      if (index % 2 === 0) socket.on('connect', () => socket.write('GET /boot/amd64/vmlinuz HTTP/1.1\\r\\nHost: x\\r\\nX-Slow: '));
      return new Promise((done) => socket.once('connect', done).once('close', done));
    });
    Promise.all(holders).then(() => {
      get('http://' + SERVER + ':8080/boot/amd64/vmlinuz', { localAddress: '10.77.0.2', timeout: 5000 }, (response) => {
        response.setEncoding('utf8').on('data', (text) => console.log(text)).on('end', () => process.exit());
      }).on('error', (error) => { console.log(error.message); process.exit(); });
    });`,
  );
  assert.equal(said, 'kernel');
});
