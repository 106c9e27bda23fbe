// Orders on a real host with dpkg and apt: what is done is what was foreseen, and the lists say it.
import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import type { PackageChangeRecord } from '../../contract/fleet/jobs/action.ts';
import { orderHost, writeFleetProgram } from '../helpers/order-lab.ts';
import type { OrderHost, OrderWanted } from '../helpers/order-lab.ts';
import { makeDebRepository } from '../helpers/package-hosts/deb-repository.ts';
import type { DebRepository } from '../helpers/package-hosts/deb-repository.ts';
import { makeDpkgHost } from '../helpers/package-hosts/dpkg-host.ts';

const stack = new AsyncDisposableStack();
after(async () => stack.disposeAsync());
let host: OrderHost;
let repository: DebRepository;

before(async () => {
  const directory = await mkdtemp(join(tmpdir(), 'fleet-orders-'));
  stack.defer(async () => rm(directory, { recursive: true }));
  repository = await makeDebRepository(join(directory, 'repository'), [
    {
      suite: 'stable',
      packages: [
        { name: 'lab-base', version: '1.0' },
        { name: 'lab-base', version: '1.1' },
        ...['1.0', '2.0'].map((version) => ({ name: 'lab-conf', version, files: { '/etc/lab.conf': `${version}\n` } })),
      ],
    },
  ]);
  const binds = await writeFleetProgram(join(directory, 'program'));
  const install = ['lab-base=1.0', 'lab-conf=1.0'];
  host = orderHost(stack.use(await makeDpkgHost({ directory: join(directory, 'host'), repository, binds, install })));
  const accepted = await host.accept();
  assert.match(accepted.stdout, /this host carries out orders, as root/, accepted.stderr);
});

const change = (name: string, was: string | null, is: string | null): PackageChangeRecord => ({
  name,
  arch: 'all',
  before: was,
  after: is,
});

/** Simulates, and then orders what was foreseen. */
async function foreseeAndDo(action: OrderWanted['action']) {
  const foreseen = await host.carryOut({ action, simulate: true });
  assert.equal(foreseen.outcome, 'simulated', foreseen.text);
  const done = await host.carryOut({ action, expected: foreseen.changes });
  assert.deepEqual([done.outcome, done.changes], ['done', foreseen.changes], done.text);
  return done;
}

test('upgrade, downgrade, remove and install', async () => {
  const base = { name: 'lab-base' };
  const upgraded = await foreseeAndDo({ do: 'upgrade', packages: [base], security: false, except: [] });
  assert.deepEqual(upgraded.changes, [change('lab-base', '1.0', '1.1')]);
  assert.match(upgraded.output, /Setting up lab-base \(1\.1\)/);
  await foreseeAndDo({ do: 'downgrade', packages: [{ ...base, version: '1.0' }] });
  await foreseeAndDo({ do: 'remove', packages: [base], purge: true });
  assert.deepEqual((await foreseeAndDo({ do: 'install', packages: [base] })).changes, [
    change('lab-base', null, '1.1'),
  ]);
});

test('edited configuration stays, and is reported', async () => {
  writeFileSync(join(host.root, 'etc/lab.conf'), 'mine\n');
  const done = await foreseeAndDo({ do: 'upgrade', security: false, except: [] });
  assert.deepEqual(done.keptConfiguration, ['/etc/lab.conf']);
  assert.equal(readFileSync(join(host.root, 'etc/lab.conf'), 'utf8'), 'mine\n');
});
