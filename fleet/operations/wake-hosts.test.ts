import assert from 'node:assert/strict';
import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { after, test } from 'node:test';
import { readHostKey } from '../../contract/fleet/signed-request.ts';
import { readWakeUp } from '../../contract/fleet/wake-up.ts';
import { answerHost, createHostAnswerer } from '../servers/answer-host.ts';
import { enrolmentOf, makeTestHost } from '../testing/simulated-host.ts';
import { openTestFleet } from '../testing/test-fleet.ts';
import { wakeKey, wakeUps } from './wake-hosts.ts';

const cleanup = new AsyncDisposableStack();
after(() => cleanup.disposeAsync());

test('a host is sent a datagram that its key accepts, the audit log tells who asked; a name that nobody knows is said', async () => {
  const { fleet, clock, token } = await openTestFleet(cleanup);
  const answerer = createHostAnswerer(fleet);
  const [here, nowhere] = [makeTestHost('localhost'), makeTestHost('nowhere.invalid')];
  for (const host of [here, nowhere]) await answerHost(answerer, enrolmentOf(host, token), undefined);
  const socket = createSocket('udp6');
  cleanup.defer(() => void socket.close());
  socket.bind({ port: 0, address: '::' });
  await once(socket, 'listening');
  const { port } = socket.address();
  const actor = { name: 'ann', role: 'operator' } as const;
  const received = once(socket, 'message') as Promise<[Buffer]>;
  const input = { hosts: [here.id, 'nowhere.invalid'], port };
  const { results } = (await wakeUps.run(fleet, input as never, actor)) as {
    results: { isSent: boolean; message: string }[];
  };
  assert.deepEqual(
    results.map(({ isSent, message }) => [isSent, message]),
    [
      [true, 'sent'],
      [false, 'nobody knows its name'],
    ],
  );
  const { publicKey } = (await wakeKey.run(fleet, {} as never, actor)) as { publicKey: string };
  const [datagram] = await received;
  assert.deepEqual(readWakeUp(datagram, readHostKey(publicKey)), {
    hostId: here.id,
    at: clock.ms,
  });
  const entries = await fleet.store.queries.selectFrom('audit').select(['actor', 'action']).execute();
  assert.deepEqual(
    entries.map((entry) => ({ ...entry })),
    [{ actor: 'ann', action: 'wake-hosts' }],
  );
});
