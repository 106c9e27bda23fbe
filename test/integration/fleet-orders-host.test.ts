// What of a host itself could end an order wrongly: its clocks are changed within a window, and the program that carries out the order is a
// package like any other. Real apt and dpkg, without a server; the time is libfaketime's.
import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { orderHost, writeFleetProgram } from '../helpers/order-lab.ts';
import type { OrderHost } from '../helpers/order-lab.ts';
import { makeDebRepository } from '../helpers/package-hosts/deb-repository.ts';
import { makeDpkgHost } from '../helpers/package-hosts/dpkg-host.ts';

const stack = new AsyncDisposableStack();
after(async () => stack.disposeAsync());
let host: OrderHost;

before(async () => {
  const directory = await mkdtemp(join(tmpdir(), 'fleet-orders-host-'));
  stack.defer(async () => rm(directory, { recursive: true }));
  const repository = await makeDebRepository(join(directory, 'repository'), [
    {
      suite: 'stable',
      packages: [
        { name: 'lab-base', version: '1' },
        { name: 'lab-tool', version: '1' },
        { name: 'gutinteg-fleet', version: '1', fields: { Depends: 'lab-base' } },
      ],
    },
  ]);
  const binds = await writeFleetProgram(join(directory, 'program'));
  const install = ['gutinteg-fleet', 'lab-tool'];
  host = orderHost(stack.use(await makeDpkgHost({ directory: join(directory, 'host'), repository, binds, install })));
  await host.accept();
});

/** `gutinteg-fleet run-orders` at a time of day in Berlin. `$LIB` is ld.so(8)'s. */
const runOrdersAt = (time: string) =>
  host.run(
    [
      'env',
      'TZ=Europe/Berlin',
      'LD_PRELOAD=/usr/$LIB/faketime/libfaketime.so.1',
      'FAKETIME_DONT_FAKE_MONOTONIC=1',
    ].concat(`FAKETIME=@${time}`, 'gutinteg-fleet', 'run-orders') as [string, ...string[]],
    { timeoutMs: 60_000 },
  );

// Each is two hours long. By the clocks of a wall, it would end at 03:30 and at 04:30.
for (const { what, from, inside, over } of [
  { what: 'forward', from: '2027-03-28T00:30Z', inside: '2027-03-28 04:25:00', over: '2027-03-28 04:31:00' },
  { what: 'back', from: '2027-10-31T00:30Z', inside: '2027-10-31 03:25:00', over: '2027-10-31 03:31:00' },
]) {
  test(`clocks are put ${what} within a window: it lasts as long as ever`, async () => {
    const begins = Date.parse(from) / 1000;
    const order = {
      window: { from: begins, to: begins + 7200 },
      expiresAt: begins + 86_400,
      action: { do: 'hold' as const, packages: [{ name: 'lab-tool' }] },
    };
    for (const [time, outcome] of [
      [inside, 'done'],
      [over, 'missed'],
    ] as const) {
      const name = host.place(order);
      await runOrdersAt(time);
      assert.equal(host.result(name).outcome, outcome, host.result(name).text);
    }
  });
}

test('an order that would remove gutinteg-fleet, by name or with what it needs, changes nothing', async () => {
  for (const name of ['gutinteg-fleet', 'lab-base']) {
    for (const simulate of [true, false]) {
      const order = { simulate, expected: [], action: { do: 'remove' as const, packages: [{ name }], purge: false } };
      const { outcome, text } = await host.carryOut(order);
      assert.match(text, /^it would remove gutinteg-fleet, .*nothing was changed/);
      assert.equal(outcome, 'refused');
    }
  }
  const { stdout } = await host.run(['dpkg-query', '-W', '-f', '${db:Status-Status} ', 'gutinteg-fleet', 'lab-base']);
  assert.equal(stdout, 'installed installed ');
});
