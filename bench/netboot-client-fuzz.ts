// Mutated packets and requests. In: how many, a seed. Out: how many were sent. Sends to the lab's server alone.
import type { Socket } from 'node:dgram';
import { connect } from 'node:net';
import { printTftp } from '../netboot/protocol/tftp.ts';
import { createRandom } from './create-random.ts';
import type { Random } from './create-random.ts';
import { question } from './netboot-client-dhcp.ts';
import { HTTP_PORT, KNOWN_MAC, RELAY, SERVER, STRANGERS } from './netboot-lab-addresses.ts';
import { bound } from './netboot-measure.ts';

function mutate(bytes: Uint8Array, random: Random): Uint8Array {
  const copy = Buffer.from(bytes);
  for (let change = random(8); change >= 0; change -= 1) copy[random(copy.length)] = random(256);
  if (random(4) === 0) return copy.subarray(0, random(copy.length + 1));
  if (random(8) === 0) return Buffer.concat([copy, Buffer.alloc(random(1200), random(256))]);
  return copy;
}

/** Six of ten are DHCP, three TFTP, one is an HTTP request. */
export async function fuzz(count: number, seed: number): Promise<object> {
  const random = createRandom(seed);
  const socket = await bound(0, RELAY);
  const types = ['discover', 'request', 'decline', 'release', 'inform'] as const;
  const requests = ['undionly.kpxe', 'start.ipxe', '../etc/passwd'].map((file) =>
    printTftp({
      kind: 'read',
      file,
      mode: 'octet',
      options: new Map([
        ['blksize', '1468'],
        ['timeout', '9'],
      ]),
    }),
  );
  const http =
    'POST /v1/machines/x/report HTTP/1.1\r\nHost: x\r\nContent-Length: 2\r\nAuthorization: Bearer 00\r\n\r\n{}';
  const paths = [
    '/boot/mac/52:54:00:12:34:56.ipxe',
    '/v1/machines/by-mac/52:54:00:12:34:56',
    '/v1/records/by-ip/10.77.0.9',
  ];
  const counts = { dhcp: 0, tftp: 0, http: 0 };
  for (let sent = 0; sent < count; sent += 1) {
    const kind = sent % 10;
    if (kind < 6) {
      const mac = random(2) === 0 ? KNOWN_MAC : STRANGERS + random(1000);
      const packet = question({
        mac,
        type: types[random(types.length)] ?? 'discover',
        xid: sent,
        requested: '10.77.1.7',
      });
      await send(socket, mutate(packet, random), 67);
      counts.dhcp += 1;
    } else if (kind < 9) {
      await send(socket, mutate(requests[random(requests.length)] ?? new Uint8Array(4), random), 69);
      counts.tftp += 1;
    } else {
      const text =
        random(2) === 0 ? http : `GET ${paths[random(paths.length)]} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n`;
      await sendHttp(mutate(Buffer.from(text), random));
      counts.http += 1;
    }
  }
  socket.close();
  return counts;
}

async function send(socket: Socket, bytes: Uint8Array, port: number): Promise<void> {
  const sent = Promise.withResolvers<void>();
  socket.send(bytes, port, SERVER, () => {
    sent.resolve();
  });
  await sent.promise;
}

async function sendHttp(bytes: Uint8Array): Promise<void> {
  const socket = connect({ host: SERVER, port: HTTP_PORT });
  const over = Promise.withResolvers<void>();
  socket.on('error', () => {});
  socket.on('close', () => {
    over.resolve();
  });
  socket.on('data', () => {});
  socket.end(bytes);
  const late = setTimeout(() => socket.destroy(), 200);
  await over.promise;
  clearTimeout(late);
}
