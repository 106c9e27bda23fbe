// What a host with rpm and dnf answers, asked as root and as nobody: a repository and a database of its own.
import assert from 'node:assert/strict';
import { appendFile, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import type { RunCommand } from '../../lib/run-command.ts';
import { ask } from '../../package-systems/ask.ts';
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
const FIRST: readonly RpmPackage[] = NAMES.map((name) => ({ name, version: '1.0' }));
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
