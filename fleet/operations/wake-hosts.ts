// Datagrams to hosts that listen. In: hosts. Out: for each, whether one was sent. Never: waits for an answer; there is none.
import { createSocket } from 'node:dgram';
import { lookup } from 'node:dns/promises';
import * as api from '../../contract/fleet/api/wake-hosts.ts';
import { publicKeyText } from '../../contract/fleet/signed-request.ts';
import { makeWakeUp } from '../../contract/fleet/wake-up.ts';
import { describeError } from '../../lib/errors.ts';
import { findHost } from '../hosts/find-host.ts';
import type { FoundHost } from '../hosts/find-host.ts';
import { readWakeKey } from '../push/wake-key.ts';
import { implement, implementChange } from './implement.ts';

/** A host is reached under its name. All are found before one is woken. */
export const wakeUps = implementChange(api.wakeHosts, {
  prepare: async ({ store, now }, { hosts, port }) => {
    const found: FoundHost[] = [];
    for (const reference of hosts) found.push(await findHost(store.queries, reference));
    const key = await readWakeKey(store.queries);
    const results = [];
    for (const { id, name } of found) {
      const sent = await send(makeWakeUp({ hostId: id, at: now() }, key), name, port).then(
        () => ({ isSent: true, message: 'sent' }),
        (error: unknown) => ({ isSent: false, message: explain(error) }),
      );
      results.push({ host: name, ...sent });
    }
    return results;
  },
  run: (_, __, results) => Promise.resolve({ results }),
  tell: ({ hosts }) => ({ subject: hosts.slice(0, 20).join(' '), details: { hosts: hosts.length } }),
});

export const wakeKey = implement(api.showWakeKey, async ({ store }) => ({
  publicKey: publicKeyText(await readWakeKey(store.queries)),
}));

const words: Readonly<Record<string, string>> = {
  ENOTFOUND: 'nobody knows its name',
  EAI_AGAIN: 'the name server does not answer',
  EHOSTUNREACH: 'there is no way to it',
  ENETUNREACH: 'there is no way to it',
};

function explain(error: unknown): string {
  const code = error instanceof Error && 'code' in error ? String(error.code) : '';
  return words[code] ?? describeError(error);
}

async function send(datagram: Buffer, name: string, port: number): Promise<void> {
  const { address, family } = await lookup(name);
  const socket = createSocket(family === 6 ? 'udp6' : 'udp4');
  try {
    await new Promise<void>((resolve, reject) => {
      socket.send(datagram, port, address, (error) => (error === null ? resolve() : reject(error)));
    });
  } finally {
    socket.close();
  }
}
