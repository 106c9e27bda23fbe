// What comes back when a package goes: only what it really replaced, whatever went wrong, or was cut off, before.
import assert from 'node:assert/strict';
import { chmodSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { suite, test } from 'node:test';
import { DatabaseSync } from 'node:sqlite';
import { temporaryPath } from '../partial/stage-files.ts';
import { readLinkState, updateLinkState } from '../state/linked-packages.ts';
import { readState, recordIntents } from '../state/state.ts';
import { openLinkLab } from '../testing/link-lab.ts';
import { findTaken } from './find-taken.ts';

const PACKAGE = { 'a/z': 'new\n', 'b/w': 'new\n' };

/** Two files of somebody, and a package that has both paths. */
function openLab() {
  const lab = openLinkLab();
  const at = (path: string) => join(lab.target, path);
  const write = (path: string, text: string, mode = 0o600) => {
    mkdirSync(dirname(at(path)), { recursive: true });
    rmSync(at(path), { force: true });
    writeFileSync(at(path), text, { mode });
  };
  for (const path of ['a/z', 'b/w']) write(path, 'old\n');
  const tree = lab.put('tool', PACKAGE);
  /** Something that no run removes, where it wants to write new bytes. */
  const refuse = (path: string) => mkdirSync(join(at(temporaryPath(path)), 'foreign'), { recursive: true });
  const allow = (path: string) => rmSync(at(temporaryPath(path)), { recursive: true });
  const shown = () => Object.fromEntries(Object.entries(lab.shown()).filter(([, text]) => !text.endsWith('/')));
  return { ...lab, at, write, tree, refuse, allow, files: shown };
}

type Lab = ReturnType<typeof openLab>;
type Case = {
  readonly name: string;
  readonly work: (lab: Lab) => Promise<void>;
  readonly left: Readonly<Record<string, string>>;
};

const OLD = '0600 old\n';
const EDITED = '0600 edited\n';

const failLink = async (lab: Lab) => {
  lab.refuse('a/z');
  assert.match((await lab.link(lab.tree)).errors.join('\n'), /a\/z could not be updated/);
  lab.allow('a/z');
  assert.deepEqual(lab.files(), { 'a/z': OLD, 'b/w': '0644 new\n' });
};

const failUnlink = async (lab: Lab) => {
  assert.deepEqual((await lab.link(lab.tree)).errors, []);
  lab.refuse('b/w');
  assert.match((await lab.unlink('tool')).errors.join('\n'), /b\/w could not be updated/);
  lab.allow('b/w');
  assert.deepEqual(lab.files(), { 'a/z': OLD, 'b/w': '0644 new\n' });
};

const CASES: readonly Case[] = [
  { name: 'all went well', work: async (lab) => void (await lab.link(lab.tree)), left: { 'a/z': OLD, 'b/w': OLD } },
  {
    name: 'a path was not replaced, and somebody has edited it since',
    work: async (lab) => {
      await failLink(lab);
      lab.write('a/z', 'edited\n');
    },
    left: { 'a/z': EDITED, 'b/w': OLD },
  },
  {
    name: 'a path was not replaced, and somebody has removed it since',
    work: async (lab) => {
      await failLink(lab);
      rmSync(lab.at('a/z'));
    },
    left: { 'b/w': OLD },
  },
  {
    name: 'a path was not replaced, edited, and then it was',
    work: async (lab) => {
      await failLink(lab);
      lab.write('a/z', 'edited\n');
      assert.deepEqual((await lab.link(lab.tree)).errors, []);
      assert.equal(lab.files()['a/z'], '0644 new\n');
    },
    left: { 'a/z': EDITED, 'b/w': OLD },
  },
  {
    name: 'a path was given back, another was not, and somebody has edited the first one',
    work: async (lab) => {
      await failUnlink(lab);
      lab.write('a/z', 'edited\n');
    },
    left: { 'a/z': EDITED, 'b/w': OLD },
  },
  {
    name: 'the same, and the package was linked again',
    work: async (lab) => {
      await failUnlink(lab);
      lab.write('a/z', 'edited\n');
      assert.deepEqual((await lab.link(lab.tree)).errors, []);
      assert.equal(lab.files()['a/z'], '0644 new\n');
    },
    left: { 'a/z': EDITED, 'b/w': OLD },
  },
];

suite('a package that goes brings back what it replaced, and nothing else', () => {
  for (const { name, work, left } of CASES)
    test(name, async () => {
      using lab = openLab();
      await work(lab);
      const planned = await lab.unlink('tool', { dryRun: true });
      const unlinked = await lab.unlink('tool');
      assert.deepEqual([unlinked.errors, lab.files(), unlinked.said], [[], left, planned.said]);
      assert.deepEqual(readLinkState(lab.stateFile).originals, []);
    });
});

/** What a run leaves that was killed after it had said what it would do; `work` is what it still did of that. */
async function cutOff(lab: Lab, work: () => void): Promise<void> {
  await lab.link(lab.tree);
  const { installed } = readState(lab.stateFile);
  const claimed = ['a/z', 'b/w'].flatMap((path) => installed.get(path) ?? []);
  const { packages, originals } = readLinkState(lab.stateFile);
  await lab.unlink('tool');
  updateLinkState(lab.stateFile, { linked: packages, originals, directories: 'merge' });
  recordIntents(lab.stateFile, claimed);
  work();
}

const KILLS: readonly {
  readonly name: string;
  readonly work: (lab: Lab) => void;
  readonly taken: readonly string[];
}[] = [
  { name: 'before its first change', work: () => undefined, taken: [] },
  { name: 'before its first change, and somebody edited', work: ({ write }) => write('a/z', 'edited\n'), taken: [] },
  { name: 'after one of two', work: ({ write }) => write('a/z', 'new\n', 0o644), taken: ['a/z'] },
];

suite('a run that was cut off has taken what has become what it intended', () => {
  for (const { name, work, taken } of KILLS)
    test(name, async () => {
      using lab = openLab();
      await cutOff(lab, () => work(lab));
      const { originals } = readLinkState(lab.stateFile);
      const found = findTaken({ root: lab.target, state: readState(lab.stateFile), originals });
      const files = found.originals.filter(({ type }) => type === 'file');
      assert.deepEqual(
        files.map(({ path }) => path),
        taken,
      );
      assert.deepEqual(
        [...found.rows.values()].filter(({ type }) => type === 'file').map(({ path }) => path),
        taken,
      );
    });
});

test('metadata that a run was to change is taken as soon as any of it has changed', async () => {
  using lab = openLab();
  lab.write('a/z', 'new\n');
  await cutOff(lab, () => undefined);
  const ask = () => {
    const { originals } = readLinkState(lab.stateFile);
    const found = findTaken({ root: lab.target, state: readState(lab.stateFile), originals });
    return found.originals.some(({ path }) => path === 'a/z');
  };
  assert.equal(ask(), false);
  chmodSync(lab.at('a/z'), 0o644);
  assert.equal(ask(), true);
});

test('a database of the format before brings back all that it knows of, as it did', async () => {
  using lab = openLab();
  await lab.link(lab.tree);
  const database = new DatabaseSync(lab.stateFile);
  database.exec(`UPDATE originals SET value = json_remove(value, '$.pending');
    UPDATE meta SET value = json_set(value, '$.format', 1) WHERE key = 'packagelink'`);
  database.close();
  assert.deepEqual((await lab.unlink('tool')).errors, []);
  assert.deepEqual(lab.files(), { 'a/z': OLD, 'b/w': OLD });
});

test('what was below a directory that became a file comes back, also after an error', async () => {
  using lab = openLinkLab();
  const at = (path: string) => join(lab.target, path);
  mkdirSync(at('a/d'), { recursive: true });
  writeFileSync(at('a/d/x'), 'old\n', { mode: 0o600 });
  const tree = lab.put('tool', { 'a/d': 'a file\n' }, 'replace: [a/d]\n');
  mkdirSync(join(at(temporaryPath('a/d')), 'foreign'), { recursive: true });
  assert.match((await lab.link(tree)).errors.join('\n'), /a\/d could not be updated/);
  rmSync(at(temporaryPath('a/d')), { recursive: true });
  writeFileSync(at('a/d/x'), 'edited\n');
  assert.deepEqual((await lab.unlink('tool')).errors, []);
  assert.equal(lab.shown()['a/d/x'], EDITED);
  assert.deepEqual((await lab.link(tree)).errors, []);
  assert.equal(lab.shown()['a/d'], '0644 a file\n');
  assert.deepEqual((await lab.unlink('tool')).errors, []);
  assert.equal(lab.shown()['a/d/x'], EDITED);
});
