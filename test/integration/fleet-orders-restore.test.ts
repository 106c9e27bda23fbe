// Undoing on real hosts with dpkg and rpm: what an upgrade has changed goes back in one transaction, or nothing does.
import assert from 'node:assert/strict';
import { rmSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, suite, test } from 'node:test';
import type { Action, PackageChangeRecord } from '../../contract/fleet/jobs/action.ts';
import type { Argv } from '../../lib/run-command.ts';
import { invertChanges } from '../../contract/fleet/jobs/undone-changes.ts';
import { orderHost, writeFleetProgram } from '../helpers/order-lab.ts';
import type { OrderHost, OrderWanted } from '../helpers/order-lab.ts';
import { makeDebRepository } from '../helpers/package-hosts/deb-repository.ts';
import { makeDpkgHost } from '../helpers/package-hosts/dpkg-host.ts';
import type { OverlayRoot } from '../helpers/package-hosts/overlay-root.ts';
import { makeRpmHost } from '../helpers/package-hosts/rpm-host.ts';
import { makeRpmRepository } from '../helpers/package-hosts/rpm-repository.ts';

const stack = new AsyncDisposableStack();
after(async () => stack.disposeAsync());
let directory: string;
let binds: Readonly<Record<string, string>>;

before(async () => {
  directory = await mkdtemp(join(tmpdir(), 'fleet-restore-'));
  stack.defer(async () => rm(directory, { recursive: true }));
  binds = await writeFleetProgram(join(directory, 'program'));
});

/** lab-app 2 needs lab-new, and takes the place of lab-old. */
const packages = (depends: string, rest: Readonly<Record<string, string>>) => [
  { name: 'lab-app', version: '1' },
  { name: 'lab-app', version: '2', tags: { [depends]: 'lab-new', ...rest } },
  { name: 'lab-new', version: '1' },
  { name: 'lab-old', version: '1' },
  { name: 'lab-lib', version: '1' },
  { name: 'lab-lib', version: '2' },
];

type Kind = {
  readonly name: string;
  readonly arch: string;
  readonly release: string;
  readonly make: (
    repository: string,
    host: string,
  ) => Promise<{
    readonly root: OverlayRoot;
    /** The repository is as its directory is now. */
    readonly list: () => Promise<void>;
  }>;
  /** Of an older version, within the repository. */
  readonly fileOf: string;
  readonly forget: Argv;
  /** Says that lab-lib came for another package; lists what did not. */
  readonly markAuto: Argv;
  readonly showManual: Argv;
};

const kinds: readonly Kind[] = [
  {
    name: 'dpkg',
    arch: 'all',
    release: '',
    make: async (place, at) => {
      const specs = packages('Depends', { Conflicts: 'lab-old', Replaces: 'lab-old' }).map(({ tags, ...spec }) => ({
        ...spec,
        ...(tags === undefined ? {} : { fields: tags }),
      }));
      const repository = await makeDebRepository(place, [{ suite: 'stable', packages: specs }]);
      const install = ['lab-app=1', 'lab-old', 'lab-lib=1'];
      const root = await makeDpkgHost({ directory: at, repository, binds, install });
      return { root, list: () => repository.publish({ suite: 'stable', packages: [] }) };
    },
    fileOf: 'stable/lab-app_1_all.deb',
    forget: ['apt-get', '-qq', 'update'],
    markAuto: ['apt-mark', 'auto', 'lab-lib'],
    showManual: ['apt-mark', 'showmanual'],
  },
  {
    name: 'rpm',
    arch: 'noarch',
    release: '-1',
    make: async (place, at) => {
      const repository = await makeRpmRepository(place, packages('Requires', { Obsoletes: 'lab-old' }));
      const install = ['lab-app-1', 'lab-old', 'lab-lib-1'];
      const root = await makeRpmHost({ directory: at, repository, binds, install });
      return { root, list: () => repository.publish([]) };
    },
    fileOf: 'lab-app-1-1.noarch.rpm',
    forget: ['dnf', '-q', 'makecache', '--refresh'],
    markAuto: ['dnf', '-q', 'mark', 'remove', 'lab-lib'],
    showManual: ['dnf', '-q', 'repoquery', '--userinstalled', '--qf', '%{name}'],
  },
];

for (const { name, arch, release, make, fileOf, forget, markAuto, showManual } of kinds) {
  suite(name, () => {
    let host: OrderHost;
    let list: () => Promise<void>;
    let upgraded: readonly PackageChangeRecord[];

    const change = (package_: string, was: string | null, is: string | null): PackageChangeRecord => ({
      name: package_,
      arch,
      before: was === null ? null : `${was}${release}`,
      after: is === null ? null : `${is}${release}`,
    });

    before(async () => {
      const made = await make(join(directory, `${name}-packages`), join(directory, name));
      host = orderHost(stack.use(made.root));
      list = made.list;
      await host.accept();
    });

    async function foreseeAndDo(action: OrderWanted['action']) {
      const foreseen = await host.carryOut({ action, simulate: true });
      assert.equal(foreseen.outcome, 'simulated', foreseen.text);
      const done = await host.carryOut({ action, expected: foreseen.changes });
      assert.equal(done.outcome, 'done', `${done.text}\n${done.output}`);
      assert.deepEqual(byName(done.changes), byName(foreseen.changes));
      return done.changes;
    }

    const restoreOf = (changes: readonly PackageChangeRecord[]): Action => ({ do: 'restore', changes: [...changes] });
    const byName = (changes: readonly PackageChangeRecord[]) =>
      changes.toSorted((left, right) => (left.name < right.name ? -1 : 1));

    test('an upgrade that brought a new package and took an old one away is undone', async () => {
      await host.run(markAuto);
      upgraded = await foreseeAndDo({ do: 'upgrade', security: false, except: [] });
      assert.deepEqual(byName(upgraded), [
        change('lab-app', '1', '2'),
        change('lab-lib', '1', '2'),
        change('lab-new', null, '1'),
        change('lab-old', '1', null),
      ]);
      const undone = await foreseeAndDo(restoreOf(invertChanges(upgraded)));
      assert.deepEqual(byName(undone), byName(invertChanges(upgraded)));
      const { stdout } = await host.run(showManual);
      assert.match(stdout, /^lab-app$/m);
      assert.doesNotMatch(stdout, /lab-lib/);
    });

    test('what somebody has changed since is named, and nothing is changed', async () => {
      await foreseeAndDo({ do: 'upgrade', security: false, except: [] });
      await foreseeAndDo({ do: 'downgrade', packages: [{ name: 'lab-lib', version: `1${release}` }] });
      const refused = await host.carryOut({ action: restoreOf(invertChanges(upgraded)), simulate: true });
      assert.equal(refused.outcome, 'refused');
      assert.match(
        refused.text,
        new RegExp(`no longer what was done.*: lab-lib is 1${release} now, and no longer 2${release}$`),
      );
    });

    test('an old version that no repository has any more is named, and nothing is changed', async () => {
      rmSync(join(directory, `${name}-packages`, fileOf));
      await list();
      await host.run(forget);
      const action = restoreOf([change('lab-app', '2', '1')]);
      const refused = await host.carryOut({ action, simulate: true });
      assert.equal(refused.outcome, 'refused', refused.text);
      assert.match(refused.text, /lab-app/);
      assert.match(refused.text, /; try: .*gutinteg fleet cache list/);
    });
  });
}
