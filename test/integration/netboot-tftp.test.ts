// TFTP asked by the clients that people have: curl, atftp and tftp-hpa.
import assert from 'node:assert/strict';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import type { Argv } from '../../lib/run-command.ts';
import { createLab, SERVER } from './netboot-lab.ts';
import type { Lab } from './netboot-lab.ts';
import { SAMPLE_LOADER } from './sample-loader.ts';

type Fetch = (lab: Lab, file: string, to: string) => Argv;
const curl =
  (...options: string[]): Fetch =>
  (_lab, file, to) => ['curl', '-sS', '--path-as-is', ...options, '-o', to, `tftp://${SERVER}/${file}`];
const atftp =
  (...options: string[]): Fetch =>
  (_lab, file, to) => ['atftp', '--get', ...options, '--remote-file', file, '--local-file', to, SERVER];
const hpa =
  (mode: string): Fetch =>
  (_lab, file, to) => ['tftp', '-m', mode, SERVER, '-c', 'get', file, to];

const CLIENTS: readonly { name: string; fetch: Fetch }[] = [
  { name: 'curl', fetch: curl() },
  { name: 'curl with blocks of 1468', fetch: curl('--tftp-blksize', '1468') },
  { name: 'curl with blocks of 65464, which we cap', fetch: curl('--tftp-blksize', '65464') },
  { name: 'curl without options', fetch: curl('--tftp-no-options') },
  { name: 'atftp', fetch: atftp() },
  { name: 'atftp with tsize and blksize', fetch: atftp('--option', 'tsize 0', '--option', 'blksize 1024') },
  { name: 'atftp with windows of 8', fetch: atftp('--option', 'windowsize 8', '--option', 'blksize 1024') },
  { name: 'tftp-hpa', fetch: hpa('binary') },
  { name: 'curl with slashes before the name', fetch: (lab, file, to) => curl()(lab, `%2F%2F${file}`, to) },
];

test('every client gets the boot loader whole, and the server survives rubbish in between', async (context) => {
  await using stack = new AsyncDisposableStack();
  const lab = await createLab(stack);
  for (const [index, { name, fetch }] of CLIENTS.entries()) {
    await context.test(name, async () => {
      const to = join(lab.dir, `got-${index}`);
      await lab.client(fetch(lab, 'undionly.kpxe', to));
      assert.deepEqual(await readFile(to), Buffer.from(SAMPLE_LOADER));
    });
  }
  await context.test('a script in netascii', async () => {
    const to = join(lab.dir, 'start.ipxe');
    await lab.client(hpa('ascii')(lab, 'start.ipxe', to));
    assert.match(await readFile(to, 'utf8'), /^#!ipxe\necho gutinteg: asking http:\/\/10\.77\.0\.1:8080 /);
  });
  await context.test('autoexec.ipxe is always there', async () => {
    const { stdout } = await lab.client(['curl', '-sS', `tftp://${SERVER}/autoexec.ipxe`]);
    assert.match(stdout, /^#!ipxe\n/);
  });
  for (const file of [
    '../../../../etc/hostname',
    '/etc/hostname',
    './undionly.kpxe',
    'vmlinuz',
    'x/../undionly.kpxe',
  ]) {
    await context.test(`refused: ${file}`, async () => {
      const { exitCode } = await lab.client(
        ['curl', '-sS', '--path-as-is', `tftp://${SERVER}/${encodeURIComponent(file)}`],
        {
          okExitCodes: [68],
        },
      );
      assert.equal(exitCode, 68, 'curl says 68 for "file not found on TFTP server"');
    });
  }
  await context.test('writing is refused', async () => {
    await writeFile(join(lab.dir, 'upload'), 'x');
    const { exitCode } = await lab.client(['curl', '-sS', '-T', join(lab.dir, 'upload'), `tftp://${SERVER}/upload`], {
      okExitCodes: [69],
    });
    assert.equal(exitCode, 69, 'curl says 69 for "permission problem on TFTP server"');
  });
  await context.test('malformed and hostile packets, to the port and to a running transfer', async () => {
    const program = join(lab.dir, 'rubbish.cjs');
    await writeFile(program, RUBBISH);
    const { stdout } = await lab.client([process.execPath, program]);
    assert.equal(stdout.trim(), 'second block after all: true', lab.log.join('\n'));
  });
});

/**
 * Sends nonsense to port 69; then begins a transfer, and before its first acknowledgement lets a stranger send an
 * error and itself an empty datagram. The transfer must still go on.
 */
const RUBBISH = `
const { createSocket } = require('node:dgram');
const own = createSocket('udp4');
const stranger = createSocket('udp4');
const send = (socket, bytes, port) => new Promise((done) => socket.send(Buffer.from(bytes), port, '${SERVER}', done));
own.on('message', async (bytes, from) => {
  const block = bytes.readUInt16BE(2);
  if (bytes.readUInt16BE(0) !== 3) return;
  if (block === 1) {
    await send(stranger, [0, 5, 0, 0, 120, 0], from.port);
    await send(own, [], from.port);
    await send(own, [0], from.port);
    await send(own, [0, 4, 255, 255], from.port);
    await send(own, [0, 4, 0, 1], from.port);
  } else {
    console.log('second block after all: ' + (block === 2));
    await send(own, [0, 5, 0, 0, 120, 0], from.port);
    own.close();
    stranger.close();
  }
});
(async () => {
  for (const bytes of [[], [0], [0, 1], [0, 1, 97], [0, 1, 97, 0, 98], [0, 9, 0, 0], [255, 255, 255, 255], new Array(1400).fill(1)]) {
    await send(own, bytes, 69);
  }
  await send(own, [0, 1, ...Buffer.from('undionly.kpxe\\0octet\\0')], 69);
})();
`;
