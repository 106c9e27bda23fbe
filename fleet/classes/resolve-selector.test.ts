import assert from 'node:assert/strict';
import { after, suite, test } from 'node:test';
import type { Item } from '../../contract/fleet/inventory.ts';
import { EMPTY_DIGEST, digestOfItems } from '../../contract/fleet/inventory.ts';
import { insertHost } from '../enrolment/new-host.ts';
import type { Actor } from '../fleet.ts';
import { openFleet } from '../fleet.ts';
import { storeList } from '../inventories/store-list.ts';
import { callOperation, findOperation } from '../operations/call-operation.ts';
import { sampleFacts } from '../testing/simulated-host.ts';
import { openTestFleet } from '../testing/test-fleet.ts';
import { parseMachdb } from '../../machdb/parse.ts';
import { recordsOf } from './machine-records.ts';
import { resolveSelector } from './resolve-selector.ts';

const cleanup = new AsyncDisposableStack();
after(() => cleanup.disposeAsync());
const { fleet: plain, clock } = await openTestFleet(cleanup);
const { store } = plain;
const db = parseMachdb([
  {
    path: 'a.db',
    text: 'lab:\n\tROOM = E1\nweb1: lab\n\tMAC = 52:54:00:00:00:01\nmail: \n\tMAC = 52:54:00:00:00:02\n',
  },
]);
const fleet = await openFleet({ ...plain, records: () => recordsOf(db) });
const local: Actor = { name: 'local', role: 'admin' };
const call = (name: string, input: object) => callOperation(fleet, findOperation(name), { input, actor: local });

type Sample = {
  readonly installed?: Item[];
  readonly candidates?: Item[];
  readonly site?: string;
  readonly os?: string;
};

async function addHost(name: string, { installed = [], candidates = [], site = '', os = 'debian' }: Sample) {
  const id = name.padEnd(22, '-');
  await store.transaction(async (transaction) => {
    const host = {
      id,
      name,
      site,
      publicKey: '',
      state: 'enrolled',
      reason: '',
      origin: 'token',
      createdAt: 1,
    } as const;
    await insertHost(transaction, { ...host, machineId: null });
    const set = async (kind: 'installed' | 'candidates', items: Item[]): Promise<number> => {
      const list = { kind, system: 'dpkg', items, digest: items.length === 0 ? EMPTY_DIGEST : digestOfItems(items) };
      const stored = await storeList({ store, transaction, now: 1 }, list);
      assert.equal(stored.result, 'stored');
      return 'set' in stored ? stored.set : 0;
    };
    const facts = { ...sampleFacts, os, listsUpdatedAt: clock.ms / 1000 };
    await transaction
      .updateTable('hosts')
      .set({
        factsJson: JSON.stringify(facts),
        packageSystem: 'dpkg',
        lastSeenAt: clock.ms,
        nextDueAt: clock.ms + 1,
        installedSet: await set('installed', installed),
        candidatesSet: await set('candidates', candidates),
      })
      .where('id', '=', id)
      .execute();
  });
}

const openssl = (version: string, flags = ''): Item => ['openssl', 'amd64', version, flags, ''];
await addHost('web1', { site: 'north', installed: [openssl('3.0.8-1')], candidates: [openssl('3.0.9-1', 'security')] });
await addHost('web2', { site: 'south', installed: [openssl('3.0.10-1')], candidates: [] });
await addHost('mail', {
  site: 'north',
  os: 'fedora',
  installed: [openssl('3.0.8-1', 'held')],
  candidates: [openssl('3.0.9-1', 'held,security')],
});
await call('save-class', { name: 'north', selector: 'site=north' });
await call('save-class', { name: 'old', selector: 'class=north and package=openssl<3.0.9' });

const cases: readonly (readonly [selector: string, hosts: string])[] = [
  ['north', 'mail web1'],
  ['old', 'mail web1'],
  ['class=old and os!=fedora', 'web1'],
  ['name~WEB*', 'web1 web2'],
  ['name!~web*', 'mail'],
  ['package=openssl', 'mail web1 web2'],
  ['package=openssl>3.0.9', 'web2'],
  ['not package~openss', ''],
  ['is=security', 'mail web1'],
  ['is=held', 'mail'],
  ['is=up-to-date', 'web2'],
  ['object=lab', 'web1'],
  ['var.ROOM=E1 or site=south', 'web1 web2'],
  ['os=debian and (site=south or is=outdated)', 'web1 web2'],
];

suite('selectors and classes', () => {
  for (const [selector, hosts] of cases) {
    test(selector, async () => {
      const found = await resolveSelector(fleet, selector);
      assert.equal(found.map(({ name }) => name).join(' '), hosts);
    });
  }
});

const faults: readonly (readonly [selector: string, says: RegExp])[] = [
  ['nroth', /there is no class nroth/],
  ['is=outdatd', /there is no finding outdatd[^]*did you mean outdated/],
  ['package=openssl<', /neither a package nor one and a version/],
  ['site=a and class=nroth', /there is no class nroth/],
];

for (const [selector, says] of faults) {
  test(`${selector} is a fault`, () => assert.rejects(resolveSelector(fleet, selector), says));
}

test('a class that is a part of itself is refused, and nothing is stored', async () => {
  await assert.rejects(call('save-class', { name: 'north', selector: 'class=old or site=a' }), /a part of itself/);
  assert.equal((await resolveSelector(fleet, 'north')).length, 2);
});

test('without a machine database, its fields are a fault that says what to do', async () => {
  await assert.rejects(resolveSelector(plain, 'object=lab'), /this server has none[^]*gutinteg fleet serve --site/);
});

test('hosts are listed with their findings, and by class', async () => {
  const { total, hosts } = (await call('hosts', { class: 'north', search: 'web' })) as {
    total: number;
    hosts: { name: string; findings: { kind: string }[] }[];
  };
  assert.deepEqual([total, hosts.map(({ name }) => name)], [1, ['web1']]);
  assert.deepEqual(
    hosts[0]?.findings.map(({ kind }) => kind),
    ['security', 'outdated'],
  );
  const status = (await call('status', {})) as { enrolled: Record<string, number> };
  assert.deepEqual(status.enrolled, {
    upToDate: 1,
    outdated: 1,
    securityOutdated: 2,
    heldBack: 1,
    broken: 0,
    jobFailed: 0,
    rebootNeeded: 0,
    silent: 0,
    unreported: 0,
    troubled: 0,
  });
});

test('pages of hosts have each host once', async () => {
  const names: string[] = [];
  for (let after: string | undefined, isFirst = true; isFirst || after !== undefined; isFirst = false) {
    const page = (await call('hosts', { limit: 1, ...(after === undefined ? {} : { after }) })) as {
      next?: string;
      hosts: { name: string }[];
    };
    names.push(...page.hosts.map(({ name }) => name));
    after = page.next;
  }
  assert.deepEqual(names, ['mail', 'web1', 'web2']);
});
