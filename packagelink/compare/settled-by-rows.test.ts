// Targets in temporary directories, as an ordinary user has them.
import assert from 'node:assert/strict';
import {
  chmodSync,
  copyFileSync,
  linkSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  readlinkSync,
  renameSync,
  rmSync,
  symlinkSync,
  truncateSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { setAttribute } from '../native/extended-attributes.ts';
import { sha256 } from '../package/digest.ts';

import { updateState } from '../state/state.ts';
import type { InstalledPath } from '../tree/installed-path.ts';
import { asPathStat } from '../tree/path-stat.ts';
import { readSettled } from './is-settled.ts';

const SECONDS = 1_700_000_000;
const SETTLED = { key: 'one', notices: ['said before'] };
type Lab = { readonly target: string; readonly stateFile: string; readonly at: (path: string) => string };

/** Two directories, a file with two names, one of the image, a link and a mutable file, all as the database says. */
function withTarget(check: (lab: Lab) => void): void {
  const dir = mkdtempSync(join(tmpdir(), 'settled-'));
  const target = join(dir, 'target');
  const lab = { target, stateFile: join(dir, 'state.db'), at: (path: string) => join(target, path) };
  try {
    mkdirSync(lab.at('etc/conf.d'), { recursive: true });
    for (const path of ['etc/issue', 'etc/image', 'etc/mutable']) writeFileSync(lab.at(path), path);
    linkSync(lab.at('etc/issue'), lab.at('etc/other'));
    symlinkSync('issue', lab.at('etc/link'));
    // Whole seconds, so that a time can be set back exactly.
    utimesSync(lab.at('etc/issue'), SECONDS, SECONDS);
    const rows = [
      rowOf(lab, 'etc', 'directory'),
      rowOf(lab, 'etc/conf.d', 'directory'),
      rowOf(lab, 'etc/image', 'file', { class: 'image', owner: 'os' }),
      rowOf(lab, 'etc/issue', 'file'),
      rowOf(lab, 'etc/link', 'symlink'),
      rowOf(lab, 'etc/mutable', 'file', { class: 'mutable', leftAlone: true }),
      rowOf(lab, 'etc/other', 'hardlink'),
    ];
    updateState(lab.stateFile, { changed: rows, removed: [], settled: SETTLED });
    check(lab);
  } finally {
    rmSync(dir, { recursive: true, force: true });
  }
}

function rowOf({ at }: Lab, path: string, type: InstalledPath['type'], about: Partial<InstalledPath> = {}) {
  const said = {
    owner: 'base',
    class: 'package',
    source: '',
    xattrs: '',
    leftAlone: false,
    target: type === 'symlink' ? readlinkSync(at(path)) : '',
    sha256: type === 'file' || type === 'hardlink' ? sha256(readFileSync(at(path))) : '',
  } as const;
  return { path, type, ...asPathStat(lstatSync(at(path)), lstatSync(at(path)).ino), ...said, ...about };
}

const ask = ({ target, stateFile }: Lab, about: { contents?: boolean; osmode?: 'packages' } = {}) =>
  readSettled({ target, stateFile, isCurrent: (key) => key === 'one', ...about });

/** Changes a path until its time of change is another: the kernel's clock for it stands still for milliseconds. */
function untilChanged(path: string, change: () => void): void {
  const before = lstatSync(path).ctimeMs;
  for (const end = performance.now() + 10_000; performance.now() < end;) {
    change();
    if (lstatSync(path).ctimeMs !== before) return;
  }
  assert.fail(`${path} still has its time of change`);
}

const touches: [what: string, touch: (lab: Lab) => void][] = [
  [
    'other bytes of the same length, with the time set back',
    ({ at }) =>
      untilChanged(at('etc/issue'), () => {
        writeFileSync(at('etc/issue'), 'ETC/issue');
        utimesSync(at('etc/issue'), SECONDS, SECONDS);
      }),
  ],
  ['another time', ({ at }) => utimesSync(at('etc/issue'), SECONDS, SECONDS + 1)],
  ['another size', ({ at }) => truncateSync(at('etc/issue'), 3)],
  ['another mode', ({ at }) => chmodSync(at('etc/issue'), 0o600)],
  [
    'a copy in its place',
    ({ at }) => {
      copyFileSync(at('etc/issue'), at('etc/copy'));
      utimesSync(at('etc/copy'), SECONDS, SECONDS);
      renameSync(at('etc/copy'), at('etc/issue'));
    },
  ],
  ['a file is gone', ({ at }) => rmSync(at('etc/image'))],
  [
    'a link to elsewhere',
    ({ at }) => {
      rmSync(at('etc/link'));
      symlinkSync('other', at('etc/link'));
    },
  ],
  ['the mode of a directory', ({ at }) => chmodSync(at('etc/conf.d'), 0o700)],
  ['an attribute of a directory', ({ at }) => setAttribute(at('etc/conf.d'), Buffer.from('user.x'), Buffer.from('1'))],
  [
    'a file in place of a directory',
    ({ at }) => {
      rmSync(at('etc/conf.d'), { recursive: true });
      writeFileSync(at('etc/conf.d'), '');
    },
  ],
  ['another file in place of what all lies in', ({ at }) => renameSync(at('etc'), at('usr'))],
  ['a command that is owed', ({ stateFile }) => writeFileSync(`${stateFile}.after.json`, 'this is no journal')],
];

test('settled: a target is as it was left until something is touched, and then it is not', () => {
  for (const [what, touch] of touches)
    withTarget((lab) => {
      assert.deepEqual(ask(lab), SETTLED, what);
      touch(lab);
      assert.equal(ask(lab), undefined, what);
    });
});

const leaves: [what: string, touch: (lab: Lab) => void][] = [
  ['a file that no package has', ({ at }) => writeFileSync(at('etc/conf.d/foreign'), '')],
  ['a file that was laid down once', ({ at }) => writeFileSync(at('etc/mutable'), 'its own')],
  ['a file that was read', ({ at }) => readFileSync(at('etc/issue'))],
];

test('settled: what runs leave alone is no touch', () => {
  for (const [what, touch] of leaves)
    withTarget((lab) => {
      touch(lab);
      assert.deepEqual(ask(lab), SETTLED, what);
      assert.deepEqual(ask(lab, { contents: true }), SETTLED, what);
    });
});

test('settled: with OSMODE=packages, paths of the image are not compared', () => {
  withTarget((lab) => {
    rmSync(lab.at('etc/image'));
    assert.equal(ask(lab), undefined);
    assert.deepEqual(ask(lab, { osmode: 'packages' }), SETTLED);
    chmodSync(lab.at('etc/issue'), 0o600);
    assert.equal(ask(lab, { osmode: 'packages' }), undefined);
  });
});

// A disk that gives back other bytes shows nothing of it in an lstat: here the database has another digest.
test('settled: bytes and targets of links are read where contents are asked for', () => {
  for (const [path, type, about] of [
    ['etc/image', 'file', { sha256: sha256(Buffer.from('other')) }],
    ['etc/link', 'symlink', { target: 'elsewhere' }],
  ] as const)
    withTarget((lab) => {
      assert.deepEqual(ask(lab, { contents: true }), SETTLED);
      updateState(lab.stateFile, { changed: [rowOf(lab, path, type, about)], removed: [], settled: SETTLED });
      assert.deepEqual(ask(lab), SETTLED, path);
      assert.equal(ask(lab, { contents: true }), undefined, path);
    });
});

test('settled: without a database, or with one of another run, there is no verdict', () => {
  withTarget((lab) => {
    const { target, stateFile } = lab;
    assert.equal(readSettled({ target, stateFile, isCurrent: () => false }), undefined);
    updateState(stateFile, { changed: [], removed: [] });
    assert.equal(ask(lab), undefined);
    rmSync(stateFile);
    assert.equal(ask(lab), undefined);
  });
});
