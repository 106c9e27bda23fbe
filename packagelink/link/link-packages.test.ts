import assert from 'node:assert/strict';
import { existsSync, linkSync, lstatSync, mkdirSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { suite, test } from 'node:test';
import { FaultsError } from '../../lib/errors.ts';
import { fillTree, mkfifo } from '../testing/small-files.ts';
import type { SmallFiles } from '../testing/small-files.ts';
import { openLinkLab } from '../testing/link-lab.ts';
import { openLinkedTarget } from './linked-target.ts';

const TOOL: SmallFiles = {
  'bin/tool': { text: 'tool\n', mode: 0o755 },
  'etc/conf': 'tool\n',
  'etc/value.plprocess': 'is ##V##\n',
  'lib/link': { link: '../bin/tool' },
};

suite('packages on a directory', () => {
  test('are laid down and taken away, and leave what was there', async () => {
    using lab = openLinkLab();
    mkdirSync(join(lab.target, 'etc'));
    writeFileSync(join(lab.target, 'etc/conf'), 'mine\n', { mode: 0o644 });
    writeFileSync(join(lab.target, 'etc/other'), 'other\n', { mode: 0o644 });
    const before = lab.shown();
    const tool = lab.put('tool', TOOL);
    const planned = await lab.link(tool, { dryRun: true });
    assert.deepEqual(lab.shown(), before);
    const linked = await lab.link(tool);
    assert.deepEqual([linked.errors, linked.said], [[], planned.said]);
    const now = lab.shown();
    assert.deepEqual(
      [now['etc/conf'], now['etc/value'], now['lib/link']],
      ['0644 tool\n', '0644 is value\n', '→ ../bin/tool'],
    );
    assert.deepEqual([(await lab.check()).wrong, (await lab.check()).foreign], [[], ['etc/other']]);
    const unlinked = await lab.unlink('tool');
    assert.deepEqual([unlinked.errors, lab.shown()], [[], before]);
    assert.match(JSON.stringify(unlinked.changes), /what was there before any package is back/);
    assert.deepEqual(readdirSync(`${lab.stateFile}.objects`), []);
  });

  test('override each other by priority, and what is overridden comes back from what was kept', async () => {
    using lab = openLinkLab();
    const tool = lab.put('tool', TOOL);
    await lab.link(tool);
    await lab.link(`70:${lab.put('site', { 'etc/conf': 'site\n' })}`);
    assert.equal(lab.shown()['etc/conf'], '0644 site\n');
    rmSync(tool, { recursive: true });
    assert.deepEqual((await lab.unlink('site')).errors, []);
    assert.equal(lab.shown()['etc/conf'], '0644 tool\n');
  });

  test('are linked again when their trees have changed', async () => {
    using lab = openLinkLab();
    await lab.link(lab.put('tool', TOOL));
    const { 'lib/link': _link, ...rest } = TOOL;
    const again = await lab.link(lab.put('tool', { ...rest, 'etc/conf': 'newer\n' }));
    assert.deepEqual(again.said, ['deleted lib', 'deleted lib/link', 'replaced etc/conf']);
  });

  test('as hard links share their inodes with the tree, but for what a template became', async () => {
    using lab = openLinkLab();
    const tool = lab.put('tool', TOOL, "  - match: 'bin/tool'\n    mode: '0755'\n");
    await lab.link(tool, { mode: 'hardlink' });
    const isOne = (path: string) => lstatSync(join(lab.target, path)).ino === lstatSync(join(tool, path)).ino;
    assert.deepEqual([isOne('bin/tool'), isOne('etc/conf')], [true, true]);
    assert.equal(lstatSync(join(lab.target, 'etc/value')).nlink, 1);
    await lab.unlink('tool');
    assert.equal(existsSync(join(tool, 'etc/conf')), true);
  });

  test('a directory in the way of a file comes back whole', async () => {
    using lab = openLinkLab();
    fillTree(lab.target, { 'etc/conf/one': '1\n', 'etc/conf/deep/two': '2\n', 'etc/conf/link': { link: 'one' } });
    const before = lab.shown();
    assert.deepEqual((await lab.link(lab.put('tool', TOOL, 'replace: [etc/conf]\n'))).errors, []);
    assert.equal(lab.shown()['etc/conf'], '0644 tool\n');
    assert.deepEqual((await lab.unlink('tool')).errors, []);
    assert.deepEqual(lab.shown(), before);
  });
});

test('a foreign file with the same bytes keeps its metadata, though the target has a name of it', async () => {
  using lab = openLinkLab();
  mkdirSync(join(lab.target, 'bin'));
  const [inside, outside] = [join(lab.target, 'bin/tool'), `${lab.target}-other`];
  writeFileSync(outside, 'tool\n', { mode: 0o600 });
  linkSync(outside, inside);
  const tool = lab.put('tool', TOOL);
  assert.deepEqual((await lab.link(tool)).errors, []);
  assert.deepEqual([lstatSync(outside).mode & 0o7777, lab.shown()['bin/tool']], [0o600, '0755 tool\n']);
  assert.deepEqual((await lab.unlink('tool')).errors, []);
  assert.deepEqual([lstatSync(outside).mode & 0o7777, lab.shown()['bin/tool']], [0o600, '0600 tool\n']);
});

suite('what is refused before anything changes', () => {
  const CASES: readonly (readonly [
    name: string,
    prepare: (lab: ReturnType<typeof openLinkLab>) => string,
    fault: RegExp,
  ])[] = [
    [
      'a FIFO in the way',
      (lab) => {
        mkdirSync(join(lab.target, 'etc'));
        mkfifo(join(lab.target, 'etc/conf'));
        return lab.put('tool', TOOL);
      },
      /etc\/conf.*is a device, FIFO or socket/,
    ],
    [
      'the place of the state',
      (lab) => lab.put('tool', { '.packagelink/x': 'x\n' }),
      /where packagelink keeps its state/,
    ],
    ['a tree that holds the target', (lab) => join(lab.target, '..'), /lies inside the tree/],
  ];
  for (const [name, prepare, fault] of CASES) {
    test(name, async () => {
      using lab = openLinkLab();
      const word = prepare(lab);
      const before = readdirSync(lab.target, { recursive: true });
      await assert.rejects(lab.link(word), (error) => error instanceof FaultsError && fault.test(error.message));
      const now = readdirSync(lab.target, { recursive: true, encoding: 'utf8' });
      assert.deepEqual(
        now.filter((path) => !path.startsWith('.packagelink')),
        before,
      );
    });
  }
});

test('packagecheck says what is not as its package has it', async () => {
  using lab = openLinkLab();
  await lab.link(lab.put('tool', TOOL));
  writeFileSync(join(lab.target, 'etc/conf'), 'edited\n');
  rmSync(join(lab.target, 'lib/link'));
  mkdirSync(join(lab.target, 'var/cache'), { recursive: true });
  const { checked, wrong, foreign } = await lab.check();
  assert.deepEqual(
    wrong.map(({ path, package: owner, fault }) => `${path} of ${owner}: ${fault}`),
    ['etc/conf of tool: content', 'lib/link of tool: missing'],
  );
  assert.deepEqual([checked, foreign], [7, ['var/']]);
});

test('a target that is none is refused', () => {
  using lab = openLinkLab();
  assert.throws(() => openLinkedTarget(undefined, undefined), /--target DIR is missing/);
  assert.throws(() => openLinkedTarget(join(lab.target, 'no'), undefined), /does not exist/);
  writeFileSync(join(lab.target, 'file'), '');
  assert.throws(() => openLinkedTarget(join(lab.target, 'file'), undefined), /is not a directory/);
  fillTree(lab.target, { 'var/lib/gutinteg/packagelink.db': '' });
  assert.throws(() => openLinkedTarget(lab.target, undefined), /is a machine that gutinteg keeps/);
});
