// What a host with dpkg answers, asked as root and as nobody: a repository and a database of its own, changed by hand.
import assert from 'node:assert/strict';
import { appendFile, chmod, mkdtemp, rm, stat, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { ask } from '../../package-systems/ask.ts';
import { lookAtFiles } from '../../package-systems/look-at-files.ts';
import { readListsUpdatedAt, readStamp } from '../../package-systems/read-stamp.ts';
import type { PackageItem, PackageQuestion } from '../../package-systems/package-system.ts';
import { dpkg } from '../../package-systems/dpkg/dpkg.ts';
import { makeDebRepository } from '../helpers/package-hosts/deb-repository.ts';
import type { DebPackage } from '../helpers/package-hosts/deb-package.ts';
import type { DebRepository } from '../helpers/package-hosts/deb-repository.ts';
import { makeDpkgHost, updateLists } from '../helpers/package-hosts/dpkg-host.ts';
import type { OverlayRoot } from '../helpers/package-hosts/overlay-root.ts';

const stack = new AsyncDisposableStack();
after(async () => stack.disposeAsync());
let host: OverlayRoot;
let repository: DebRepository;

const library = (version: string, arch: string): DebPackage => ({
  name: 'lab-lib',
  version,
  arch,
  fields: { 'Multi-Arch': 'same' },
});
const FIRST: readonly DebPackage[] = [
  { name: 'lab-base', version: '1.0-1' },
  {
    name: 'lab-conf',
    version: '1.0',
    fields: { Depends: 'lab-base', Description: 'has configuration\n  of two\n .\n files' },
    files: { '/etc/lab.conf': 'a\n', '/etc/lab two.conf': 'b\n', '/usr/bin/lab': 'c\n', '/usr/lib/lab': 'd\n' },
  },
  { name: 'lab-fail', version: '1.0', scripts: { postinst: 'exit 1' } },
  { name: 'lab-gone', version: '1.0', files: { '/etc/gone.conf': 'a\n' } },
  { name: 'lab-held', version: '1.0-1' },
  { name: 'lab-kept', version: '1.0-1' },
  library('1:2.0~rc1-1', 'amd64'),
  library('1:2.0~rc1-1', 'i386'),
  { name: 'lab-phased', version: '1.0-1' },
  { name: 'lab-safe', version: '1.0-1', fields: { Depends: 'lab-base' } },
];
const SECOND: readonly DebPackage[] = [
  { name: 'lab-base', version: '1.1-1' },
  { name: 'lab-held', version: '1.1-1' },
  { name: 'lab-kept', version: '1.1-1', fields: { Depends: 'lab-nowhere' } },
  library('1:2.0-1', 'amd64'),
  library('1:2.0-1', 'i386'),
  { name: 'lab-phased', version: '1.1-1', fields: { 'Phased-Update-Percentage': '10' } },
];

before(async () => {
  const directory = await mkdtemp(join(tmpdir(), 'dpkg-host-'));
  stack.defer(async () => rm(directory, { recursive: true }));
  repository = await makeDebRepository(join(directory, 'repository'), [
    { suite: 'stable', packages: FIRST },
    { suite: 'stable-security', origin: 'Lab-Security', packages: [] },
  ]);
  const install = ['lab-gone', 'lab-held', 'lab-kept', 'lab-lib:amd64', 'lab-lib:i386', 'lab-phased', 'lab-safe'];
  host = stack.use(await makeDpkgHost({ directory: join(directory, 'host'), repository, install }));
  // In a chroot, apt takes no notice of phases.
  await writeFile(join(host.root, 'etc/apt/apt.conf.d/90phases'), 'APT::Get::Never-Include-Phased-Updates "true";\n');
});

/** The same for both users. */
async function answerOf<T>(question: PackageQuestion<T>): Promise<T> {
  const answer = await ask(question, { run: host.run, root: host.root });
  assert.deepEqual(await ask(question, { run: host.runAsNobody, root: host.root }), answer);
  return answer;
}

function lines(items: readonly PackageItem[]): string[] {
  return items.map(({ name, arch, version, flags, origin }) =>
    [name, arch, version, ...flags, origin].join(' ').trim(),
  );
}

test('broken, list: what dpkg has, held, automatic and half configured', async () => {
  await host.run(['apt-mark', 'hold', 'lab-held']);
  await host.run(['apt-get', '-y', 'remove', 'lab-gone']);
  await host.run(['apt-get', '-y', 'install', 'lab-fail'], { okExitCodes: [100] });
  assert.deepEqual(await answerOf(dpkg.broken), ['lab-fail is half-configured; dpkg --configure lab-fail tries again']);
  const audit = await host.run(['dpkg', '--audit']);
  assert.deepEqual(audit.stdout.match(/^ \S+/gm), [' lab-fail']);
  assert.deepEqual(lines(await answerOf(dpkg.list)), [
    'lab-base all 1.0-1 auto',
    'lab-fail all 1.0 broken half-configured',
    'lab-held all 1.0-1 held',
    'lab-kept all 1.0-1',
    'lab-lib amd64 1:2.0~rc1-1',
    'lab-lib i386 1:2.0~rc1-1',
    'lab-phased all 1.0-1',
    'lab-safe all 1.0-1',
  ]);
  await host.run(['dpkg', '--purge', 'lab-fail', 'lab-gone']);
});

test('candidates: nothing, until the lists have newer versions', async () => {
  assert.deepEqual(await answerOf(dpkg.candidates), []);
  await repository.publish({ suite: 'stable', packages: SECOND });
  await repository.publish({
    suite: 'stable-security',
    origin: 'Lab-Security',
    packages: [{ name: 'lab-safe', version: '1.0-1+deb12u1' }],
  });
  assert.deepEqual(await answerOf(dpkg.candidates), []);
  await updateLists(host);
  assert.deepEqual(lines(await answerOf(dpkg.candidates)), [
    'lab-base all 1.1-1 Lab:stable',
    'lab-held all 1.1-1 held stable',
    'lab-kept all 1.1-1 kept-back stable',
    'lab-lib amd64 1:2.0-1 Lab:stable',
    'lab-lib i386 1:2.0-1 Lab:stable',
    'lab-phased all 1.1-1 phased Lab:stable',
    'lab-safe all 1.0-1+deb12u1 security Lab-Security:stable-security',
  ]);
});

test('candidates: those of a host whose dependencies are broken are all kept back', async () => {
  await host.run(['dpkg', '--force-depends', '--remove', 'lab-base']);
  const items = await answerOf(dpkg.candidates);
  assert.ok(items.length > 0 && items.every(({ flags }) => flags.includes('kept-back') || flags.includes('held')));
  assert.deepEqual(await answerOf(dpkg.broken), ['lab-safe: Depends: lab-base but it is not installed']);
  await host.run(['apt-get', '-y', 'install', 'lab-base']);
  assert.deepEqual(await answerOf(dpkg.broken), []);
  assert.equal(lines(await answerOf(dpkg.candidates))[0], 'lab-held all 1.1-1 held stable');
});

test('files: what each is, and whether it is as the package brought it', async () => {
  await host.run(['apt-get', '-y', 'install', 'lab-conf']);
  await appendFile(join(host.root, 'etc/lab two.conf'), 'mine\n');
  await chmod(join(host.root, 'usr/lib/lab'), 0o600);
  await rm(join(host.root, 'usr/bin/lab'));
  await rm(join(host.root, 'etc/lab.conf'));
  await symlink('/nowhere', join(host.root, 'etc/lab.conf'));
  await host.run(['dpkg-divert', '--local', '--rename', '--add', '/usr/share/lab-conf/version']);
  const seen = async (run: typeof host.run): Promise<string[]> =>
    (await lookAtFiles(await ask(dpkg.files('lab-conf'), { run }), host.root)).map((file) =>
      [
        file.path,
        file.isConfiguration ? 'configuration' : '',
        file.type,
        file.target,
        file.owner,
        file.mode,
        file.status,
        ...file.differs,
      ]
        .filter((word) => word !== '' && word !== undefined)
        .join(' '),
    );
  const expected = [
    '/etc directory root 0755 ok',
    '/etc/lab two.conf configuration file root 0644 changed contents',
    '/etc/lab.conf configuration link /nowhere root 0777 unknown',
    '/usr directory root 0755 ok',
    '/usr/bin directory root 0755 ok',
    '/usr/bin/lab missing missing',
    '/usr/lib directory root 0755 ok',
    '/usr/lib/lab file root 0600 ok',
    '/usr/share directory root 0755 ok',
    '/usr/share/lab-conf directory root 0755 ok',
    '/usr/share/lab-conf/version.distrib file root 0644 ok',
  ];
  assert.deepEqual(await seen(host.run), expected);
  assert.deepEqual(
    await seen(host.runAsNobody),
    expected.map((line) => line.replace('0600 ok', '0600 unknown')),
  );
  await assert.rejects(ask(dpkg.files('lab-nowhere'), host), /package 'lab-nowhere' is not installed/);
  await assert.rejects(ask(dpkg.files('lab-lib'), host), /ambiguous/);
  assert.equal((await ask(dpkg.files('lab-lib:i386'), host)).length, 4);
});

test('describe: what packages say of themselves, and no word of those that are not installed', async () => {
  await host.run(['apt-get', '-y', 'install', 'lab-gone']);
  await host.run(['apt-get', '-y', 'remove', 'lab-gone']);
  const [one, ...others] = await answerOf(dpkg.describe(['lab-conf', 'lab-nowhere', 'lab-gone']));
  assert.deepEqual(others, []);
  const { mtimeMs } = await stat(join(host.root, 'var/lib/dpkg/info/lab-conf.list'));
  assert.deepEqual(one, {
    name: 'lab-conf',
    arch: 'all',
    version: '1.0',
    summary: 'has configuration',
    description: ' of two\n\nfiles',
    class: 'misc',
    vendor: 'Lab <lab@example.test>',
    homepage: '',
    installedBytes: 0,
    installedAt: Math.floor(mtimeMs / 1000),
  });
  const all = await answerOf(dpkg.describe([]));
  assert.deepEqual(
    all.map(({ name, arch }) => `${name} ${arch}`),
    (await answerOf(dpkg.list)).map(({ name, arch }) => `${name} ${arch}`),
  );
});

test('inspectFile: what a .deb is, and that others are none', async () => {
  assert.deepEqual(await answerOf(dpkg.inspectFile('/srv/packages/stable/lab-conf_1.0_all.deb')), {
    name: 'lab-conf',
    arch: 'all',
    version: '1.0',
    summary: 'has configuration',
    depends: ['lab-base'],
  });
  await assert.rejects(ask(dpkg.inspectFile('/etc/passwd'), host), /not a Debian format archive/);
  await assert.rejects(ask(dpkg.inspectFile('-rf'), host), /dpkg-deb/);
});

test('rebootReasons: what packages ask for', async () => {
  assert.deepEqual(await answerOf(dpkg.rebootReasons), []);
  await writeFile(join(host.root, 'run/reboot-required'), '*** System restart required ***\n');
  await writeFile(join(host.root, 'run/reboot-required.pkgs'), 'lab-kernel\nlab-bus\nlab-kernel\n');
  assert.deepEqual(await answerOf(dpkg.rebootReasons), ['asked for by lab-kernel, lab-bus']);
});

test('stamp: no question changes it, and every change does', async () => {
  const stamps = [await readStamp(dpkg, host.root)];
  await answerOf(dpkg.list);
  await answerOf(dpkg.candidates);
  await answerOf(dpkg.broken);
  assert.equal(await readStamp(dpkg, host.root), stamps[0]);
  for (const change of [
    async () => host.run(['apt-mark', 'hold', 'lab-conf']),
    async () => host.run(['apt-mark', 'auto', 'lab-conf']),
    async () => host.run(['dpkg', '--purge', 'lab-conf']),
    async () => writeFile(join(host.root, 'etc/apt/preferences.d/lab'), 'Package: *\nPin: origin x\nPin-Priority: 1\n'),
    async () => writeFile(join(host.root, 'etc/apt/preferences.d/lab'), 'Package: *\nPin: origin y\nPin-Priority: 1\n'),
    async () => appendFile(join(host.root, 'etc/apt/sources.list'), '# more\n'),
    async () => repository.publish({ suite: 'stable', packages: [] }).then(async () => updateLists(host)),
  ]) {
    await change();
    const stamp = await readStamp(dpkg, host.root);
    assert.ok(!stamps.includes(stamp), String(change));
    stamps.push(stamp);
  }
});

test('a clone has what its host had, and changes only itself', async () => {
  const before = await ask(dpkg.list, host);
  await using one = await host.clone({ directory: join(host.root, '../../one') });
  await using two = await host.clone({ directory: join(host.root, '../../two') });
  await one.run(['dpkg', '--purge', 'lab-safe']);
  await two.run(['apt-get', '-y', 'install', 'lab-conf']);
  const names = async (of: OverlayRoot): Promise<string[]> => (await ask(dpkg.list, of)).map(({ name }) => name);
  assert.ok(!(await names(one)).includes('lab-safe'));
  assert.ok((await names(two)).includes('lab-safe') && (await names(two)).includes('lab-conf'));
  assert.deepEqual(await ask(dpkg.list, host), before);
});

test('age of the lists: when the last ones came', async () => {
  const now = Date.now() / 1000;
  const updated = (await readListsUpdatedAt(dpkg, host.root)) ?? assert.fail();
  assert.ok(updated > now - 120 && updated <= now, `${updated} ${now}`);
  await rm(join(host.root, 'var/lib/apt/lists'), { recursive: true });
  assert.equal(await readListsUpdatedAt(dpkg, host.root), undefined);
});
