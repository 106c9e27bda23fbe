// A wake-up on its way. In: a datagram, a name or an address. Out: nothing; why not, in words. Never: waits for an answer; there is
// none.
import { createSocket } from 'node:dgram';
import { lookup } from 'node:dns/promises';
import { describeError } from '../../lib/errors.ts';

/** @returns what went wrong; undefined when it was sent, which says no more than that */
export async function sendDatagram(datagram: Uint8Array, host: string, port: number): Promise<string | undefined> {
  try {
    const { address, family } = await lookup(host);
    await sendTo(datagram, { address, family, port });
    return undefined;
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : '';
    return words[code] ?? describeError(error);
  }
}

const words: Readonly<Record<string, string>> = {
  ENOTFOUND: 'nobody knows its name',
  EAI_AGAIN: 'the name server does not answer',
  EHOSTUNREACH: 'there is no way to it',
  ENETUNREACH: 'there is no way to it',
};

type Place = { readonly address: string; readonly family: number; readonly port: number };

async function sendTo(datagram: Uint8Array, { address, family, port }: Place): Promise<void> {
  const socket = createSocket(family === 6 ? 'udp6' : 'udp4');
  try {
    await new Promise<void>((resolve, reject) => {
      socket.send(datagram, port, address, (error) => (error === null ? resolve() : reject(error)));
    });
  } finally {
    socket.close();
  }
}
