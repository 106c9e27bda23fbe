// Whoever holds connections and transfers, and whoever wants one meanwhile. In: numbers. Out: times, counts. Sends to
// the lab's server alone.
import type { Socket } from 'node:dgram';
import { once } from 'node:events';
import { get } from 'node:http';
import { connect } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import { printTftp } from '../netboot/protocol/tftp.ts';
import { HTTP_PORT, KNOWN_ADDRESS, RELAY, SERVER } from './netboot-lab-addresses.ts';
import { bound, times } from './netboot-measure.ts';

const FULL_BLOCK_BYTES = 516;
const OF_ONE = 20;

/** How long it takes to fetch the kernel, whole. */
export async function httpTimes(count: number): Promise<object> {
  return times(count, async () => {
    const answer = Promise.withResolvers<boolean>();
    const asked = get(
      { host: SERVER, port: HTTP_PORT, path: '/boot/amd64/vmlinuz', agent: false, timeout: 5000 },
      (response) => {
        let bytes = 0;
        response.on('data', (part: Buffer) => (bytes += part.length));
        response.on('close', () => {
          answer.resolve(bytes === Number(response.headers['content-length']));
        });
      },
    );
    asked.on('error', () => {
      answer.resolve(false);
    });
    asked.on('timeout', () => asked.destroy());
    return answer.promise;
  });
}

/** Twenty connections of each address. They ask for the kernel and read nothing. */
export async function slowReaders(hosts: number, seconds: number): Promise<object> {
  let opened = 0;
  let closed = 0;
  const sockets = Array.from({ length: hosts * OF_ONE }, (_, index) => {
    const socket = connect({ host: SERVER, port: HTTP_PORT, localAddress: `10.77.2.${(index % hosts) + 1}` });
    socket.on('connect', () => {
      opened += 1;
      socket.write('GET /boot/amd64/vmlinuz HTTP/1.1\r\nHost: x\r\n\r\n');
    });
    socket.on('close', () => (closed += 1));
    socket.on('error', () => {});
    return socket;
  });
  await delay(seconds * 1000);
  const result = { asked: sockets.length, opened, closed };
  for (const socket of sockets) socket.destroy();
  return result;
}

/** Eight transfers of each address, with timeout=255 and never an acknowledgement. */
export async function tftpHold(hosts: number, seconds: number): Promise<object> {
  const options = new Map([['timeout', '255']]);
  const request = printTftp({ kind: 'read', file: 'undionly.kpxe', mode: 'octet', options });
  const sockets: Socket[] = [];
  for (let index = 0; index < hosts; index += 1) {
    for (let port = 0; port < 8; port += 1) {
      const socket = await bound(0, `10.77.2.${index + 1}`);
      socket.send(request, 69, SERVER);
      sockets.push(socket);
    }
  }
  await delay(seconds * 1000);
  for (const socket of sockets) socket.close();
  return { transfers: sockets.length };
}

/** How long it takes to fetch the boot script, whole. */
export async function tftpTimes(count: number): Promise<object> {
  return times(count, async () => {
    const socket = await bound(0, RELAY);
    const answer = Promise.withResolvers<boolean>();
    const late = setTimeout(answer.resolve, 2000, false);
    socket.on('message', (bytes, from) => {
      const isLast = bytes.length < FULL_BLOCK_BYTES;
      socket.send(printTftp({ kind: 'ack', block: bytes.readUInt16BE(2) }), from.port, from.address, () => {
        if (isLast) answer.resolve(bytes.readUInt16BE(0) === 3);
      });
    });
    socket.send(printTftp({ kind: 'read', file: 'start.ipxe', mode: 'octet', options: new Map() }), 69, SERVER);
    const isAnswered = await answer.promise;
    clearTimeout(late);
    socket.close();
    return isAnswered;
  });
}

/** Transfers from a machine's address that end with an error of 1,000 bytes; each is a different one. */
export async function tftpRefusals(count: number): Promise<object> {
  let refused = 0;
  const request = printTftp({ kind: 'read', file: 'start.ipxe', mode: 'octet', options: new Map() });
  for (; refused < count; refused += 1) {
    const socket = await bound(0, KNOWN_ADDRESS);
    socket.send(request, 69, SERVER);
    const [, from] = (await once(socket, 'message')) as [Buffer, { port: number; address: string }];
    const message = `${refused} \u001b[31m${'x'.repeat(1000)}`;
    socket.send(printTftp({ kind: 'error', code: 0, message }), from.port, from.address, () => socket.close());
    // The server reads up to 32 requests in a row before it looks at what else has come.
    await delay(1);
  }
  return { refused };
}
