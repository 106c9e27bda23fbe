// Jobs on real hosts: what a simulation says is what the job then does, by the inventory before and after.
import assert from 'node:assert/strict';
import { cp, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, suite, test } from 'node:test';
import { ask } from '../../package-systems/ask.ts';
import { dpkg } from '../../package-systems/dpkg/dpkg.ts';
import type { PackageChange, PackageJob } from '../../package-systems/package-job.ts';
import type { PackageCommand, PackageSystem } from '../../package-systems/package-system.ts';
import { rpm } from '../../package-systems/rpm/rpm.ts';
import { makeDebRepository } from '../helpers/package-hosts/deb-repository.ts';
import { makeDpkgHost } from '../helpers/package-hosts/dpkg-host.ts';
import type { OverlayRoot } from '../helpers/package-hosts/overlay-root.ts';
import { makeRpmHost } from '../helpers/package-hosts/rpm-host.ts';
import { makeRpmRepository } from '../helpers/package-hosts/rpm-repository.ts';
import { unpackedPackage } from '../helpers/unpacked-package.ts';

const stack = new AsyncDisposableStack();
after(async () => stack.disposeAsync());

async function makeDirectory(): Promise<string> {
  const directory = await mkdtemp(join(tmpdir(), 'package-jobs-'));
  stack.defer(async () => rm(directory, { recursive: true }));
  return directory;
}

async function runAll(host: OverlayRoot, commands: readonly PackageCommand[]): Promise<void> {
  for (const { argv, ...options } of commands) await host.run(argv, { ...options, timeoutMs: 60_000 });
}

async function versionsOf(system: PackageSystem, host: OverlayRoot): Promise<Map<string, string>> {
  return new Map((await ask(system.list, host)).map(({ name, arch, version }) => [`${name} ${arch}`, version]));
}

/** Simulates, does, and compares the inventories. Returns `lab-base all 1.0-1 1.1-1`, sorted. */
async function doJob(system: PackageSystem, host: OverlayRoot, job: PackageJob): Promise<string[]> {
  const [simulated, before] = [await ask(system.simulate(job), host), await versionsOf(system, host)];
  await runAll(host, system.plan(job));
  const now = await versionsOf(system, host);
  const keys = [...new Set([...before.keys(), ...now.keys()])].filter((key) => before.get(key) !== now.get(key));
  const done = keys.map((key) => `${key} ${before.get(key) ?? '-'} ${now.get(key) ?? '-'}`).sort();
  assert.deepEqual(simulated.map(asLine).sort(), done);
  return done;
}

function asLine({ name, arch, before = '-', after: version = '-' }: PackageChange): string {
  return `${name} ${arch} ${before} ${version}`;
}

suite('jobs of dpkg', async () => {
  const directory = await makeDirectory();
  const repository = await makeDebRepository(join(directory, 'repository'), [
    {
      suite: 'stable',
      packages: [
        { name: 'lab-base', version: '1.0-1' },
        { name: 'lab-base', version: '1:1.1-1' },
        ...['1.0', '2.0'].map((version) => ({
          name: 'lab-conf',
          version,
          fields: { Depends: 'lab-base' },
          files: { '/etc/lab.conf': `${version}\n` },
        })),
        { name: 'lab-bad', version: '1', fields: { Depends: 'lab-nowhere' } },
        { name: 'lab-lib', version: '1', arch: 'i386' },
        {
          name: 'lab-asks',
          version: '1',
          scripts: { postinst: 'read -r answer || answer=nobody; echo "$answer" >/etc/asked' },
        },
        { name: 'lab-fails-once', version: '1', scripts: { postinst: 'test -e /etc/mended' } },
      ],
    },
  ]);
  const host = stack.use(await makeDpkgHost({ directory: join(directory, 'host'), repository }));
  const act = async (job: PackageJob): Promise<string[]> => doJob(dpkg, host, job);

  test('install, downgrade, upgrade and remove', async () => {
    await act({ do: 'update-lists' });
    assert.deepEqual(await act({ do: 'install', packages: [{ name: 'lab-conf', version: '1.0' }] }), [
      'lab-base all - 1:1.1-1',
      'lab-conf all - 1.0',
    ]);
    const older = { name: 'lab-base', arch: 'all', version: '1.0-1' };
    assert.deepEqual(await act({ do: 'downgrade', packages: [older] }), ['lab-base all 1:1.1-1 1.0-1']);
    await act({ do: 'upgrade', packages: [{ name: 'lab-bad' }, { name: 'lab-base' }] });
    assert.deepEqual(await act({ do: 'upgrade-all' }), ['lab-conf all 1.0 2.0']);
    assert.deepEqual(await act({ do: 'install', packages: [{ name: 'lab-lib', arch: 'i386' }] }), ['lab-lib i386 - 1']);
    assert.deepEqual(await act({ do: 'remove', packages: [{ name: 'lab-lib', arch: 'i386' }] }), ['lab-lib i386 1 -']);
    assert.deepEqual(await act({ do: 'purge', packages: [{ name: 'lab-base' }] }), [
      'lab-base all 1:1.1-1 -',
      'lab-conf all 2.0 -',
    ]);
  });

  test('files are installed, and edited configuration stays', async () => {
    const files = ['lab-base_1.0-1_all', 'lab-conf_1.0_all'].map((name) => `/srv/packages/stable/${name}.deb`);
    await act({ do: 'install-files', files });
    await writeFile(join(host.root, 'etc/lab.conf'), 'mine\n');
    await act({ do: 'upgrade-all' });
    assert.equal(await readFile(join(host.root, 'etc/lab.conf'), 'utf8'), 'mine\n');
    assert.equal(await readFile(join(host.root, 'etc/lab.conf.dpkg-dist'), 'utf8'), '2.0\n');
  });

  test('what is held is not changed, and the simulation says so', async () => {
    const job: PackageJob = { do: 'downgrade', packages: [{ name: 'lab-base', version: '1.0-1' }] };
    await act({ do: 'hold', packages: [{ name: 'lab-base' }] });
    await assert.rejects(act(job), /apt-get refuses to downgrade: E: Held packages were changed[^]*lab-base/);
    await act({ do: 'unhold', packages: [{ name: 'lab-base' }] });
    assert.equal((await act(job)).length, 1);
  });

  test('what cannot be is refused with the reason, and a script that asks gets no answer', async () => {
    await assert.rejects(act({ do: 'install', packages: [{ name: 'lab-bad' }] }), /lab-bad : Depends: lab-nowhere/);
    await assert.rejects(act({ do: 'install', packages: [{ name: 'lab-none' }] }), /Unable to locate package lab-none/);
    await act({ do: 'install', packages: [{ name: 'lab-asks' }] });
    assert.equal(await readFile(join(host.root, 'etc/asked'), 'utf8'), 'nobody\n');
  });

  test('recover: a package that could not be configured is, once its reason is gone', async () => {
    await assert.rejects(act({ do: 'install', packages: [{ name: 'lab-fails-once' }] }), /exit code 100/);
    await assert.rejects(runAll(host, dpkg.recover), /exit code 100/);
    assert.equal((await ask(dpkg.broken, host)).length, 1);
    await writeFile(join(host.root, 'etc/mended'), '');
    await runAll(host, dpkg.recover);
    assert.deepEqual(await ask(dpkg.broken, host), []);
  });
});

suite('jobs of rpm', async () => {
  const directory = await makeDirectory();
  const repository = await makeRpmRepository(join(directory, 'repository'), [
    { name: 'lab-base', version: '1.0' },
    { name: 'lab-base', version: '1.1', tags: { Epoch: '1' } },
    { name: 'lab-conf', version: '1.0', tags: { Requires: 'lab-base' } },
    { name: 'lab-bad', version: '1', tags: { Requires: 'lab-nowhere' } },
    { name: 'lab-old', version: '1' },
  ]);
  const host = stack.use(await makeRpmHost({ directory: join(directory, 'host'), repository }));
  const act = async (job: PackageJob): Promise<string[]> => doJob(rpm, host, job);

  test('install, downgrade, upgrade and remove', async () => {
    await act({ do: 'update-lists' });
    const older = { name: 'lab-base', arch: 'noarch', version: '1.0-1' };
    assert.deepEqual(await act({ do: 'install', packages: [older] }), ['lab-base noarch - 1.0-1']);
    assert.deepEqual(await act({ do: 'upgrade-all' }), ['lab-base noarch 1.0-1 1:1.1-1']);
    assert.deepEqual(await act({ do: 'downgrade', packages: [older] }), ['lab-base noarch 1:1.1-1 1.0-1']);
    await act({ do: 'install-files', files: ['/srv/packages/lab-conf-1.0-1.noarch.rpm'] });
    assert.deepEqual(await act({ do: 'remove', packages: [{ name: 'lab-base' }] }), [
      'lab-base noarch 1.0-1 -',
      'lab-conf noarch 1.0-1 -',
    ]);
    await assert.rejects(act({ do: 'install', packages: [{ name: 'lab-bad' }] }), /nothing provides lab-nowhere/);
    await assert.rejects(act({ do: 'install', packages: [{ name: 'lab-none' }] }), /Unable to find a match: lab-none/);
    await runAll(host, rpm.recover);
  });

  test('a package takes the place of another one', async () => {
    await act({ do: 'install', packages: [{ name: 'lab-old' }] });
    await repository.publish([{ name: 'lab-new', version: '2', tags: { Obsoletes: 'lab-old < 2' } }]);
    await act({ do: 'update-lists' });
    const [one, ...others] = await ask(rpm.candidates, host);
    assert.deepEqual(
      [one, others],
      [{ name: 'lab-new', arch: 'noarch', version: '2-1', flags: ['replacement'], origin: 'lab' }, []],
    );
    assert.deepEqual(await act({ do: 'upgrade-all' }), ['lab-new noarch - 2-1', 'lab-old noarch 1-1 -']);
    await act({ do: 'remove', packages: [{ name: 'lab-new' }] });
  });

  test('what is held is a candidate that is held', async () => {
    await addVersionlock(host);
    await act({ do: 'install', packages: [{ name: 'lab-base', version: '1.0-1' }] });
    await act({ do: 'hold', packages: [{ name: 'lab-base' }] });
    assert.deepEqual(await act({ do: 'upgrade-all' }), []);
    assert.deepEqual((await ask(rpm.list, host))[0]?.flags, ['held']);
    assert.deepEqual((await ask(rpm.candidates, host))[0]?.flags, ['held']);
    await act({ do: 'unhold', packages: [{ name: 'lab-base' }] });
    assert.deepEqual((await ask(rpm.candidates, host))[0]?.flags, []);
    assert.deepEqual(await act({ do: 'upgrade-all' }), ['lab-base noarch 1.0-1 1:1.1-1']);
  });
});

/** The plugin is not installed on this computer: one of its neighbours copies every package that dnf sees. */
async function addVersionlock({ root }: OverlayRoot): Promise<void> {
  const plugins = join(await unpackedPackage('dnf-plugins-core'), 'usr/lib/python3');
  await cp(plugins, join(root, 'usr/lib/python3'), { recursive: true });
  const list = '/etc/dnf/plugins/versionlock.list';
  await writeFile(join(root, 'etc/dnf/plugins/versionlock.conf'), `[main]\nenabled=1\nlocklist=${list}\n`);
  await writeFile(join(root, list), '');
}
