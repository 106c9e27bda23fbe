// An order's way: from the server's store to the talker, through the spool to the executor, and its report back.
import assert from 'node:assert/strict';
import { copyFileSync, writeFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { idOfKey } from '../../contract/fleet/enrolment.ts';
import { makeAgentLab } from '../helpers/agent-lab.ts';
import { orderHost, writeFleetProgram } from '../helpers/order-lab.ts';
import type { OrderWanted } from '../helpers/order-lab.ts';
import { makeDebRepository } from '../helpers/package-hosts/deb-repository.ts';
import { makeDpkgHost } from '../helpers/package-hosts/dpkg-host.ts';

test('an order reaches the executor, and its progress and its result the server', async () => {
  await using stack = new AsyncDisposableStack();
  const lab = await makeAgentLab(stack);
  const directory = await mkdtemp(join(tmpdir(), 'fleet-orders-way-'));
  stack.defer(async () => rm(directory, { recursive: true }));
  const repository = await makeDebRepository(join(directory, 'repository'), [
    { suite: 'stable', packages: ['1', '2'].map((version) => ({ name: 'lab-base', version })) },
  ]);
  const binds = await writeFleetProgram(join(directory, 'program'));
  const install = ['lab-base=1'];
  const overlay = stack.use(await makeDpkgHost({ directory: join(directory, 'host'), repository, binds, install }));
  const host = orderHost(overlay);
  copyFileSync(lab.certificate, join(host.root, 'srv/certificate.pem'));
  writeFileSync(join(host.root, 'srv/token'), lab.token, { mode: 0o600 });
  const place = ['--server', lab.url, '--certificate', '/srv/certificate.pem', '--token-file', '/srv/token'];
  const enrolled = await host.agent(['enrol', ...place, '--name', 'ordered']);
  assert.match(enrolled.stdout, /sent: installed/, enrolled.stderr);
  const { id, key } = host.identity();
  assert.equal(id, idOfKey(key));

  const upgrade: OrderWanted['action'] = { do: 'upgrade', security: false, except: [] };
  const expected = [{ name: 'lab-base', arch: 'all', before: '1', after: '2' }];
  const ask = (order: Parameters<typeof host.sign>[0]) => lab.ask(id, { kind: 'order', order: host.sign(order) });
  // Nobody has accepted the server's key.
  await ask({ action: upgrade, expected });
  const refused = await host.agent(['check-in']);
  assert.match(refused.stdout, /tasks answered: 1/, refused.stderr);

  await host.accept();
  const window = { from: Math.floor(Date.now() / 1000) + 3600, to: Math.floor(Date.now() / 1000) + 7200 };
  await ask({ action: upgrade, expected, window });
  await ask({ action: upgrade, expected });
  for (const words of [['check-in'], ['run-orders'], ['check-in'], ['check-in']]) {
    const { exitCode, stderr } = await host.agent(words);
    assert.equal(exitCode, 0, stderr);
  }
  assert.match((await host.agent(['status'])).stdout, /^orders {4}are accepted; 1 under way$/m);
  const rows = await lab.fleet.store.queries.selectFrom('tasks').selectAll().orderBy('seq').execute();
  assert.deepEqual(
    rows.map(({ state }) => state),
    ['failed', 'held', 'done'],
  );
  await host.agent(['refuse-orders']);
  assert.match((await host.agent(['check-in'])).stdout, /tasks answered: 1/);
  const listed = await overlay.run(['dpkg-query', '-W', '-f', '${Version}', 'lab-base']);
  assert.equal(listed.stdout, '2');
  const { installedDigest, announcedInstalled } = (await lab.hostRow(id)) ?? {};
  assert.equal(installedDigest, announcedInstalled);
});
