// What a host with rpm and dnf answers, asked as root and as nobody: a repository and a database of its own.
import assert from 'node:assert/strict';
import { appendFile, chmod, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import type { RunCommand } from '../../lib/run-command.ts';
import { ask } from '../../package-systems/ask.ts';
import { lookAtFiles } from '../../package-systems/look-at-files.ts';
import { readListsUpdatedAt, readStamp } from '../../package-systems/read-stamp.ts';
import type { PackageItem, PackageQuestion } from '../../package-systems/package-system.ts';
import { rpm } from '../../package-systems/rpm/rpm.ts';
import type { OverlayRoot } from '../helpers/package-hosts/overlay-root.ts';
import { makeRpmHost, updateLists } from '../helpers/package-hosts/rpm-host.ts';
import type { RpmPackage } from '../helpers/package-hosts/rpm-package.ts';
import { makeRpmRepository } from '../helpers/package-hosts/rpm-repository.ts';
import type { RpmRepository } from '../helpers/package-hosts/rpm-repository.ts';

const stack = new AsyncDisposableStack();
after(async () => stack.disposeAsync());
let host: OverlayRoot;
let repository: RpmRepository;

const NAMES = [
  'lab-base',
  'lab-excluded',
  'lab-kept',
  'lab-safe',
  'lab-with-a-name-that-breaks-the-lines-of-every-table',
];
const FIRST: readonly RpmPackage[] = [
  ...NAMES.map((name) => ({ name, version: '1.0' })),
  {
    name: 'lab-conf',
    version: '1.0',
    tags: { Requires: 'lab-base', URL: 'https://lab.example.test/' },
    files: { '/etc/lab.conf': 'a\n', '/etc/lab two.conf': 'b\n', '/usr/bin/lab': 'c\n', '/usr/lib/lab': 'd\n' },
  },
  { name: 'glibc', version: '2.0' },
];
const SECOND: readonly RpmPackage[] = NAMES.map((name) => ({
  name,
  version: '1.1',
  tags: {
    ...(/kept|lines/.test(name) ? { Requires: 'lab-nowhere' } : {}),
    ...(name === 'lab-base' ? { Epoch: '1' } : {}),
  },
  isSecurity: name === 'lab-safe',
}));

before(async () => {
  const directory = await mkdtemp(join(tmpdir(), 'rpm-host-'));
  stack.defer(async () => rm(directory, { recursive: true }));
  repository = await makeRpmRepository(join(directory, 'repository'), FIRST);
  host = stack.use(await makeRpmHost({ directory: join(directory, 'host'), repository, install: NAMES }));
});

async function answerOf<T>(question: PackageQuestion<T>, run: RunCommand): Promise<T> {
  return ask(question, { run, root: host.root });
}

function lines(items: readonly PackageItem[]): string[] {
  return items.map(({ name, arch, version, flags, origin }) => [name, arch, version, ...flags, origin].join(' '));
}

test('list: what rpm has, and what dnf holds', async () => {
  await appendFile(join(host.root, 'etc/dnf/dnf.conf'), 'excludepkgs=lab-nothing\n  lab-excl*\n');
  for (const run of [host.run, host.runAsNobody]) {
    assert.deepEqual(lines(await answerOf(rpm.list, run)), [
      'lab-base noarch 1.0-1 Lab',
      'lab-excluded noarch 1.0-1 held Lab',
      'lab-kept noarch 1.0-1 Lab',
      'lab-safe noarch 1.0-1 Lab',
      'lab-with-a-name-that-breaks-the-lines-of-every-table noarch 1.0-1 Lab',
    ]);
  }
});

test('candidates: nothing, until the lists have newer versions; only root is told what is kept back', async () => {
  await repository.publish(SECOND);
  assert.deepEqual(await answerOf(rpm.candidates, host.run), []);
  await updateLists(host);
  const expected = [
    'lab-base noarch 1:1.1-1 lab',
    'lab-excluded noarch 1.1-1 held lab',
    'lab-kept noarch 1.1-1 kept-back lab',
    'lab-safe noarch 1.1-1 security lab',
    'lab-with-a-name-that-breaks-the-lines-of-every-table noarch 1.1-1 kept-back lab',
  ];
  assert.deepEqual(lines(await answerOf(rpm.candidates, host.run)), expected);
  assert.deepEqual(
    lines(await answerOf(rpm.candidates, host.runAsNobody)),
    expected.map((line) => line.replace(' kept-back', '')),
  );
});

/** As plugins of subscriptions do, whatever dnf was asked to be. */
const TALKS = `import dnf
class Talks(dnf.Plugin):
    name = 'talks'
    def config(self):
        print('Updating Subscription Management repositories.')
        print('This system is not registered with an entitlement server.')
`;

test('a plugin that talks is no package, and nothing that is broken', async () => {
  const answers = [await answerOf(rpm.candidates, host.run), await answerOf(rpm.broken, host.run)];
  const plugins = join(host.root, 'usr/lib/python3/dist-packages/dnf-plugins');
  await mkdir(plugins, { recursive: true });
  const file = join(plugins, 'talks.py');
  await writeFile(file, TALKS);
  assert.match((await host.run(['dnf', '--cacheonly', '--quiet', 'check'])).stdout, /not registered/);
  assert.deepEqual([await answerOf(rpm.candidates, host.run), await answerOf(rpm.broken, host.run)], answers);
  await rm(file);
});

test('files: what each is, and whether it is as the package brought it', async () => {
  await host.run(['dnf', '--cacheonly', '--quiet', '--assumeyes', 'install', 'lab-conf']);
  await appendFile(join(host.root, 'etc/lab two.conf'), 'mine\n');
  await chmod(join(host.root, 'usr/lib/lab'), 0o600);
  await rm(join(host.root, 'usr/bin/lab'));
  const seen = async (run: RunCommand): Promise<string[]> =>
    (await lookAtFiles(await answerOf(rpm.files('lab-conf'), run), host.root)).map((file) =>
      [
        file.path,
        file.isConfiguration ? 'configuration' : '',
        file.type,
        file.owner,
        file.mode,
        file.status,
        ...file.differs,
      ]
        .filter((word) => word !== '')
        .join(' '),
    );
  const expected = [
    '/etc/lab two.conf configuration file root 0644 changed size contents',
    '/etc/lab.conf configuration file root 0644 ok',
    '/usr/bin/lab missing missing',
    '/usr/lib/lab file root 0600 changed mode',
    '/usr/share/lab-conf directory root 0755 ok',
    '/usr/share/lab-conf/version file root 0644 ok',
  ];
  assert.deepEqual(await seen(host.run), expected);
  assert.deepEqual(await seen(host.runAsNobody), expected);
  await assert.rejects(answerOf(rpm.files('lab-nowhere'), host.run), /package lab-nowhere is not installed/);
});

test('describe: what packages say of themselves, and no word of those that are not installed', async () => {
  const [one, ...others] = await answerOf(rpm.describe(['lab-conf', 'lab-nowhere']), host.runAsNobody);
  assert.deepEqual(others, []);
  const { installedAt = 0, ...rest } = one ?? assert.fail();
  assert.ok(Math.abs(installedAt - Date.now() / 1000) < 60);
  assert.deepEqual(rest, {
    name: 'lab-conf',
    arch: 'noarch',
    version: '1.0-1',
    summary: 'a package for tests',
    description: "It has nothing\nto describe, and isn't used.",
    class: 'misc',
    vendor: 'Lab',
    homepage: 'https://lab.example.test/',
    installedBytes: 12,
  });
  const all = await answerOf(rpm.describe([]), host.run);
  assert.deepEqual(
    all.map(({ name }) => name).sort(),
    (await answerOf(rpm.list, host.run)).map(({ name }) => name),
  );
});

test('inspectFile: what an .rpm is, and that a list of files is none', async () => {
  assert.deepEqual(await answerOf(rpm.inspectFile('/srv/packages/lab-conf-1.0-1.noarch.rpm'), host.run), {
    name: 'lab-conf',
    arch: 'noarch',
    version: '1.0-1',
    summary: 'a package for tests',
    depends: ['lab-base'],
  });
  await writeFile(join(host.root, 'srv/manifest'), '/srv/packages/lab-conf-1.0-1.noarch.rpm\n');
  await assert.rejects(answerOf(rpm.inspectFile('/srv/manifest'), host.run), /manifest is not a package of rpm/);
});

test('broken: dependencies and duplicates', async () => {
  assert.deepEqual(await answerOf(rpm.broken, host.run), []);
  await host.run(['rpm', '--erase', '--nodeps', 'lab-base']);
  await host.run(['rpm', '--install', '--justdb', '--force', '/srv/packages/lab-safe-1.1-1.noarch.rpm']);
  for (const run of [host.run, host.runAsNobody]) {
    assert.deepEqual(await answerOf(rpm.broken, run), [
      'lab-conf-1.0-1.noarch has missing requires of lab-base',
      'lab-safe-1.0-1.noarch is a duplicate with lab-safe-1.1-1.noarch',
    ]);
  }
});

test('rebootReasons: the C library is newer than the last start', async () => {
  assert.deepEqual(await answerOf(rpm.rebootReasons, host.runAsNobody), []);
  await host.run(['dnf', '--cacheonly', '--quiet', '--assumeyes', 'install', 'glibc']);
  assert.deepEqual(await answerOf(rpm.rebootReasons, host.runAsNobody), [
    'glibc 2.0-1 was installed after the last start',
  ]);
});

test('stamp: no question changes it, and every change does', async () => {
  const stamps = [await readStamp(rpm, host.root)];
  for (const run of [host.run, host.runAsNobody]) {
    await answerOf(rpm.list, run);
    await answerOf(rpm.candidates, run);
  }
  assert.equal(await readStamp(rpm, host.root), stamps[0]);
  for (const change of [
    async () => host.run(['rpm', '--erase', 'lab-conf']),
    async () => appendFile(join(host.root, 'etc/dnf/dnf.conf'), '# more\n'),
    async () => appendFile(join(host.root, 'etc/yum.repos.d/lab.repo'), '# more\n'),
    async () => writeFile(join(host.root, 'etc/dnf/plugins/versionlock.list'), 'lab-safe-0:1.0-1.*\n'),
    async () => repository.publish([{ name: 'lab-safe', version: '1.2' }]).then(async () => updateLists(host)),
  ]) {
    await change();
    const stamp = await readStamp(rpm, host.root);
    assert.ok(!stamps.includes(stamp), String(change));
    stamps.push(stamp);
  }
});

test('age of the lists: when the last ones came', async () => {
  const now = Date.now() / 1000;
  const updated = (await readListsUpdatedAt(rpm, host.root)) ?? assert.fail();
  assert.ok(updated > now - 120 && updated <= now, `${updated} ${now}`);
  await rm(join(host.root, 'var/cache/dnf'), { recursive: true });
  assert.equal(await readListsUpdatedAt(rpm, host.root), undefined);
});
