// Questions about lists of packages, in both databases: a small fleet whose answers are known, and a random one that is
// asked beside a model.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { operations } from '../../fleet/operations/all.ts';
import { openFleet } from '../../fleet/fleet.ts';
import type { Fleet } from '../../fleet/fleet.ts';
import { storeList } from '../../fleet/inventories/store-list.ts';
import { openStore } from '../../fleet/store/open-store.ts';
import type { Store, StorePlace } from '../../fleet/store/open-store.ts';
import { digestOfItems } from '../../contract/fleet/inventory.ts';
import type { Item, ListKind } from '../../contract/fleet/inventory.ts';
import { parseEdge } from '../../lib/parse-edge.ts';
import { createLog } from '../../lib/log.ts';
import { addHost, hostRow } from '../helpers/fleet-host.ts';
import { howMany } from '../helpers/how-many.ts';
import { createRandom } from '../../bench/create-random.ts';
import { storeKinds } from '../helpers/stores.ts';

type Lists = {
  readonly system: 'dpkg' | 'rpm';
  readonly installed?: readonly Item[];
  readonly candidates?: readonly Item[];
};

const item = (name: string, version: string, flags = '', origin = '', arch = 'amd64'): Item => [
  name,
  arch,
  version,
  flags,
  origin,
];

const common = Array.from({ length: 40 }, (_, index) => item(`lib${index}`, '1.0-1'));
const fleetOfFive: Readonly<Record<string, Lists>> = {
  alpha: {
    system: 'dpkg',
    installed: [...common, item('openssl', '3.0.9-1'), item('nginx', '1.22.1-9', 'held')],
    candidates: [
      item('openssl', '3.0.11-1', 'security', 'Debian-Security:12/stable-security'),
      item('nginx', '1.24-1', 'held'),
    ],
  },
  beta: {
    system: 'dpkg',
    installed: [...common, item('openssl', '3.0.11-1'), item('Editor', '2', 'broken')],
    candidates: [item('lib1', '1.1-1', 'kept-back'), item('lib2', '1.1-1', 'phased,security')],
  },
  gamma: {
    system: 'dpkg',
    installed: [...common.slice(1), item('openssl', '3.0.9-1'), item('openssl', '3.0.9-1', '', '', 'i386')],
    candidates: [],
  },
  rho: {
    system: 'rpm',
    installed: [
      item('openssl', '1:3.0.7-6', '', 'vendor', 'x86_64'),
      item('kernel', '5.14-9', '', '', 'x86_64'),
      item('kernel', '5.14-10', '', '', 'x86_64'),
    ],
    candidates: [item('kernel', '5.14-11', '', 'updates', 'x86_64')],
  },
  silent: { system: 'rpm' },
};

const idOf = (name: string): string => `id-${name}`.padEnd(22, '_');

async function put(store: Store, list: { kind: ListKind; system: string; items: readonly Item[] }): Promise<number> {
  const result = await store.transaction((transaction) =>
    storeList({ store, transaction, now: 0 }, { ...list, digest: digestOfItems(list.items) }),
  );
  assert.ok(result.result === 'stored');
  return result.set;
}

async function makeFleet(place: StorePlace, hosts: Readonly<Record<string, Lists>>): Promise<Fleet> {
  const store = await openStore(place);
  for (const [name, { system, ...lists }] of Object.entries(hosts)) {
    const set = async (kind: ListKind): Promise<number | null> => {
      const items = lists[kind];
      return items === undefined ? null : put(store, { kind, system, items });
    };
    await addHost(store, {
      id: idOf(name),
      name,
      installedSet: await set('installed'),
      candidatesSet: await set('candidates'),
    });
  }
  await addHost(store, { id: idOf('gone'), name: 'gone', state: 'revoked', installedSet: 1 });
  return openFleet({ store, log: createLog('test', 'silent') });
}

/** As the API does it: input and output fit the schemas. */
async function ask(fleet: Fleet, name: string, input: object): Promise<Record<string, unknown>> {
  const found = operations.find(({ operation }) => operation.name === name);
  assert.ok(found !== undefined, name);
  const { operation, run } = found;
  const answer = await run(fleet, parseEdge(operation.input, input, name) as never, { name: 'test', role: 'viewer' });
  return parseEdge(operation.output, answer, name) as Record<string, unknown>;
}

type Host = {
  host: string;
  packages: { name: string; arch: string; version: string; installed?: string }[];
  counts?: unknown;
};
const hostsOf = (answer: Record<string, unknown>): string[] =>
  (answer['hosts'] as Host[]).map(
    ({ host, packages }) =>
      `${host}: ${packages.map(({ name, arch, version }) => `${name}/${arch} ${version}`).join(', ')}`,
  );

const who: readonly [what: string, input: object, hosts: string[]][] = [
  ['in any version', { package: 'nginx' }, ['alpha: nginx/amd64 1.22.1-9']],
  ['nobody', { package: 'nothing' }, []],
  ['a name is no part of one', { package: 'lib' }, []],
  [
    'older, where texts have another order',
    { package: 'openssl', older: '3.0.10' },
    ['alpha: openssl/amd64 3.0.9-1', 'gamma: openssl/amd64 3.0.9-1, openssl/i386 3.0.9-1'],
  ],
  ['newer, by an epoch', { package: 'openssl', newer: '3.1' }, ['rho: openssl/x86_64 1:3.0.7-6']],
  ['between two', { package: 'openssl', newer: '3.0.9-1', older: '4' }, ['beta: openssl/amd64 3.0.11-1']],
  ['equal, without its epoch of 0', { package: 'openssl', equal: '0:3.0.11-1' }, ['beta: openssl/amd64 3.0.11-1']],
  ['of one package system', { package: 'open*', system: 'rpm' }, ['rho: openssl/x86_64 1:3.0.7-6']],
  ['by a pattern, whatever its capitals', { package: 'EDIT?r' }, ['beta: Editor/amd64 2']],
  ['by a flag', { package: '*', flag: 'held' }, ['alpha: nginx/amd64 1.22.1-9']],
  ['of candidates', { package: 'lib*', kind: 'candidates' }, ['beta: lib1/amd64 1.1-1, lib2/amd64 1.1-1']],
  [
    'what a base has and a difference takes away',
    { package: 'lib0' },
    ['alpha: lib0/amd64 1.0-1', 'beta: lib0/amd64 1.0-1'],
  ],
];

for (const { name: kind, newPlace } of storeKinds()) {
  test(`a small fleet (${kind})`, async (context) => {
    const fleet = await makeFleet(await newPlace(), fleetOfFive);
    for (const [what, input, hosts] of who) {
      await context.test(`who has it: ${what}`, async () => {
        const answer = await ask(fleet, 'hosts-with-package', input);
        assert.deepEqual(hostsOf(answer), hosts);
        assert.equal(answer['total'], hosts.length);
      });
    }

    await context.test('answers come in pages, which say how many there are', async () => {
      const first = await ask(fleet, 'hosts-with-package', { package: 'openssl', limit: 3 });
      assert.deepEqual([hostsOf(first).length, first['total'], first['next']], [3, 4, 'gamma']);
      const second = await ask(fleet, 'hosts-with-package', { package: 'openssl', limit: 3, after: 'gamma' });
      assert.deepEqual(
        [hostsOf(second), second['total'], second['next']],
        [['rho: openssl/x86_64 1:3.0.7-6'], 4, undefined],
      );
    });

    await context.test('outdated hosts: held, kept back, phased and security are told apart', async () => {
      const answer = await ask(fleet, 'outdated', {});
      const [alpha, beta, rho] = answer['hosts'] as Host[];
      assert.deepEqual(alpha?.counts, { all: 2, ready: 1, security: 1, held: 1, keptBack: 0, phased: 0 });
      assert.deepEqual(beta?.counts, { all: 2, ready: 0, security: 1, held: 0, keptBack: 1, phased: 1 });
      assert.deepEqual(
        alpha?.packages.map(({ name, installed, version }) => `${name} ${installed} ${version}`),
        ['nginx 1.22.1-9 1.24-1', 'openssl 3.0.9-1 3.0.11-1'],
      );
      assert.equal(rho?.packages[0]?.installed, '5.14-10', 'the newest of two that are installed');
      assert.equal(answer['total'], 3);
      assert.deepEqual(hostsOf(await ask(fleet, 'outdated', { only: 'ready' })), [
        'alpha: openssl/amd64 3.0.11-1',
        'rho: kernel/x86_64 5.14-11',
      ]);
      assert.deepEqual(hostsOf(await ask(fleet, 'outdated', { only: 'keptBack' })), ['beta: lib1/amd64 1.1-1']);
      assert.deepEqual(hostsOf(await ask(fleet, 'outdated', { package: 'ng*' })), ['alpha: nginx/amd64 1.24-1']);
    });

    await context.test('packages by name and summary, and how many hosts have them', async () => {
      const summaries = [
        { system: 'dpkg', name: 'nginx', summary: 'Small, powerful web/proxy SERVER', askedOf: '', askedAt: 0 },
        { system: 'rpm', name: 'kernel', summary: null, askedOf: 'x', askedAt: 0 },
      ];
      await fleet.store.queries.insertInto('summaries').values(summaries).execute();
      const found = async (input: object): Promise<string[]> =>
        (
          (await ask(fleet, 'packages', input))['packages'] as {
            system: string;
            name: string;
            versions: number;
            hosts: number;
          }[]
        ).map(({ system, name, versions, hosts }) => `${system} ${name} ${versions} ${hosts}`);
      assert.deepEqual(await found({ search: 'proxy server' }), ['dpkg nginx 1 1']);
      assert.deepEqual(await found({ search: 'OPENSSL' }), ['dpkg openssl 2 3', 'rpm openssl 1 1']);
      assert.deepEqual(await found({ search: 'kernel' }), ['rpm kernel 2 1']);
      assert.deepEqual(await found({ search: '100%' }), []);
      assert.deepEqual(await found({ search: 'e*' }), ['dpkg Editor 1 1']);
      const first = await ask(fleet, 'packages', { limit: 2 });
      assert.equal(first['total'], 45);
      const [, , third] = await found({ limit: 3 });
      assert.deepEqual(await found({ limit: 1, after: first['next'] }), [third]);
    });

    await context.test('versions of a package, the newest first', async () => {
      const { versions, total } = await ask(fleet, 'package-versions', { package: 'openssl', system: 'dpkg' });
      assert.deepEqual(
        (versions as { version: string; arch: string; hosts: number; examples: string[] }[]).map(
          ({ version, arch, hosts, examples }) => [version, arch, hosts, examples.length > 0],
        ),
        [
          ['3.0.11-1', 'amd64', 1, true],
          ['3.0.9-1', 'amd64', 2, true],
          ['3.0.9-1', 'i386', 1, true],
        ],
      );
      assert.equal(total, 3);
      assert.equal((await ask(fleet, 'package-versions', { package: 'open*' }))['total'], 0);
    });

    await context.test('hosts beside each other: differences, and all', async () => {
      const differing = await ask(fleet, 'compare', { hosts: ['alpha', 'gamma'] });
      const rows = (answer: Record<string, unknown>) =>
        (answer['packages'] as { name: string; arch: string; cells: { version: string }[][] }[]).map(
          ({ name, arch, cells }) =>
            `${name}/${arch} ${cells.map((cell) => cell.map(({ version }) => version).join('+') || '-').join(' ')}`,
        );
      assert.deepEqual(rows(differing), ['lib0/amd64 1.0-1 -', 'nginx/amd64 1.22.1-9 -', 'openssl/i386 - 3.0.9-1']);
      const all = await ask(fleet, 'compare', { hosts: ['alpha', 'gamma'], all: true, package: 'o*' });
      assert.deepEqual(rows(all), ['openssl/amd64 3.0.9-1 3.0.9-1', 'openssl/i386 - 3.0.9-1']);
      const page = await ask(fleet, 'compare', { hosts: ['alpha', 'gamma'], limit: 1 });
      const second = await ask(fleet, 'compare', { hosts: ['alpha', 'gamma'], limit: 2, after: page['next'] });
      assert.deepEqual([rows(page), rows(second)].flat(), rows(differing));
      const groups = [
        { name: 'two', hosts: ['alpha', 'beta'].map(idOf) },
        { name: 'one', hosts: ['gamma', 'silent'].map(idOf) },
      ];
      const compared = await fleet.ask('compare-groups', {
        groups,
        kind: 'installed',
        all: true,
        package: 'openssl',
        limit: 10,
      });
      assert.deepEqual(compared.sides, [
        { name: 'two', hosts: 2 },
        { name: 'one', hosts: 1 },
      ]);
      assert.deepEqual(compared.packages[0]?.cells[0], [
        { version: '3.0.11-1', hosts: 1 },
        { version: '3.0.9-1', hosts: 1 },
      ]);
    });

    await context.test('a class of which no host has reported is like no other', async () => {
      const groups = [[], ['silent']].map((hosts) => ({ name: `[${hosts.join()}]`, hosts: hosts.map(idOf) }));
      const compared = fleet.ask('compare-groups', { groups, kind: 'installed', all: false, limit: 10 });
      await assert.rejects(compared, { message: /no host of \[\] has reported its packages/ });
      const silent = fleet.ask('compare-groups', {
        groups: groups.slice(1),
        kind: 'candidates',
        all: false,
        limit: 10,
      });
      await assert.rejects(silent, { message: /no host of \[silent\] has reported what it could upgrade/ });
    });

    await context.test("a host's list, and what has changed in it", async () => {
      const before = await ask(fleet, 'host-packages', { host: 'beta', flag: 'broken' });
      assert.deepEqual([before['total'], before['system']], [1, 'dpkg']);
      assert.deepEqual(await ask(fleet, 'host-packages', { host: idOf('beta'), flag: 'broken' }), before);
      const installed = [...common.slice(2), item('lib1', '1.1-1'), item('Editor', '2'), item('new', '1')];
      const installedSet = await put(fleet.store, { kind: 'installed', system: 'dpkg', items: installed });
      await fleet.store.queries.updateTable('hosts').set({ installedSet }).where('name', '=', 'beta').execute();
      const changes = await ask(fleet, 'package-changes', { host: 'beta', since: before['digest'] });
      const names = (part: string) => (changes[part] as { name: string }[]).map(({ name }) => name);
      assert.deepEqual(
        [names('came'), names('went'), names('changed')],
        [['new'], ['lib0', 'openssl'], ['Editor', 'lib1']],
      );
    });

    await context.test('only hosts of a class, given by their ids', async () => {
      const answer = await fleet.ask('hosts-with-package', {
        package: 'openssl',
        kind: 'installed',
        limit: 1,
        within: ['rho', 'gamma'].map(idOf),
      });
      assert.deepEqual([answer.total, answer.hosts[0]?.host, answer.next], [2, 'gamma', 'gamma']);
    });

    await context.test('what is not there is told', async () => {
      await assert.rejects(ask(fleet, 'host-packages', { host: 'nobody' }), /has no host nobody/);
      await assert.rejects(ask(fleet, 'host-packages', { host: 'gone' }), /has no host gone/);
      await assert.rejects(
        ask(fleet, 'compare', { hosts: ['alpha', 'silent'] }),
        /silent has not reported its packages yet/,
      );
      const since = digestOfItems([item('never', '1')]);
      await assert.rejects(ask(fleet, 'package-changes', { host: 'alpha', since }), /is not stored any more/);
    });
    await fleet.store.close();
  });

  test(`thousands of hosts that match come in pages, each once, and hosts of other states do not (${kind})`, async () => {
    const store = await openStore(await newPlace());
    const list = { kind: 'installed', system: 'dpkg' } as const;
    const sets = [await put(store, { ...list, items: common }), await put(store, { ...list, items: common.slice(1) })];
    const names = Array.from({ length: 10_400 }, (_, index) => `host-${String(index).padStart(5, '0')}`);
    const rows = names.map((name, index) => {
      const state = index % 5 === 0 ? 'quarantined' : 'enrolled';
      return hostRow({ id: idOf(name), name, state, installedSet: sets[index % 3 === 0 ? 1 : 0] ?? null });
    });
    for (let start = 0; start < rows.length; start += 800) {
      await store.queries
        .insertInto('hosts')
        .values(rows.slice(start, start + 800))
        .execute();
    }
    const fleet = await openFleet({ store, log: createLog('test', 'silent') });
    for (const [package_, some] of [
      ['lib0', names.filter((_, index) => index % 3 !== 0 && index % 5 !== 0)],
      ['lib1', names.filter((_, index) => index % 5 !== 0)],
    ] as const) {
      const found: string[] = [];
      let next: unknown;
      do {
        const after = typeof next === 'string' ? { after: next } : {};
        const answer = await ask(fleet, 'hosts-with-package', { package: package_, limit: 1000, ...after });
        assert.equal(answer['total'], some.length);
        found.push(...(answer['hosts'] as Host[]).map(({ host }) => host));
        next = answer['next'];
      } while (next !== undefined);
      assert.deepEqual(found, some);
    }
    await store.close();
  });

  test(`a random fleet answers as a model does (${kind})`, async () => {
    const below = createRandom(7);
    const names = Array.from(
      { length: howMany({ few: 60, all: 600 }) },
      (_, index) => `host-${String(index).padStart(4, '0')}`,
    );
    const hosts = Object.fromEntries(
      names.map((name) => [name, { system: 'dpkg', installed: randomList(below) }] as const),
    );
    const fleet = await makeFleet(await newPlace(), hosts);
    for (let question = 0; question < 20; question += 1) {
      const [name, older] = [`package-${below(70)}`, `1.${below(4)}`];
      const expected = names.filter((host) => hosts[host]?.installed.some((one) => one[0] === name && one[2] < older));
      const answer = await ask(fleet, 'hosts-with-package', { package: name, older, limit: 1000 });
      assert.deepEqual(
        (answer['hosts'] as Host[]).map(({ host }) => host),
        expected,
      );
      assert.equal(answer['total'], expected.length);
    }
    const { packages } = await ask(fleet, 'packages', { limit: 1000 });
    for (const { name, hosts: count } of packages as { name: string; hosts: number }[]) {
      const expected = names.filter((host) => hosts[host]?.installed.some((one) => one[0] === name));
      assert.equal(count, expected.length, name);
    }
    await fleet.store.close();
  });
}

/** Mostly the same sixty packages, so that sets are differences. */
function randomList(below: (most: number) => number): Item[] {
  const list = Array.from({ length: 60 }, (_, index) => item(`package-${index}`, '1.1'));
  for (let change = below(6); change > 0; change -= 1) list[below(60)] = item(`package-${below(60)}`, `1.${below(4)}`);
  for (let extra = below(4); extra > 0; extra -= 1) list.push(item(`package-${60 + below(10)}`, `1.${below(4)}`));
  return [...new Map(list.map((one) => [`${one[0]} ${one[2]}`, one])).values()];
}
