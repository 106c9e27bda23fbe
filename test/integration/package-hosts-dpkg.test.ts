// What a host with dpkg answers, asked as root and as nobody: a repository and a database of its own, changed by hand.
import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { ask } from '../../package-systems/ask.ts';
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

test('list: what dpkg has, held, automatic and half configured', async () => {
  await host.run(['apt-mark', 'hold', 'lab-held']);
  await host.run(['apt-get', '-y', 'remove', 'lab-gone']);
  await host.run(['apt-get', '-y', 'install', 'lab-fail'], { okExitCodes: [100] });
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
  await host.run(['apt-get', '-y', 'install', 'lab-base']);
  assert.equal(lines(await answerOf(dpkg.candidates))[0], 'lab-held all 1.1-1 held stable');
});
