// A run that knows only what has changed comes to the same as one that reads everything, or leaves it to that one: the
// files, compared by rsync with an installation from nothing, and the rows of the state database.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { appendFileSync, chmodSync, mkdirSync, readFileSync, readdirSync, rmSync, utimesSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { applyFull } from '../../packagelink/full/apply-full.ts';
import { findUpdate, settledBase } from '../../packagelink/partial/find-update.ts';
import { openManifestCache } from '../../packagelink/manifests/manifest-cache.ts';
import { mergeTree } from '../../packagelink/merge/merge.ts';
import type { MergeInput } from '../../packagelink/merge/merge.ts';
import { readHistory } from '../../packagelink/state/history.ts';
import {
  full,
  differences,
  layerOf,
  partial,
  publishImage,
  publishSite,
  put,
  rowsOf,
  STATE,
  withLab,
} from './packagelink-lab.ts';
import type { Lab } from './packagelink-lab.ts';

/** Two packs, to the byte. */
const LARGE = 8 * 1024 * 1024;

const PIN = 'pin: [srv/pinned]\n';

type Night = { readonly isUpdate: boolean; readonly said: readonly string[]; readonly errors: readonly string[] };

/** What a nightly run does, with the packages as they are now. */
async function night(lab: Lab, frame = 'same'): Promise<Night> {
  const [target, stateFile] = [lab.target, join(lab.target, STATE)];
  const refs = [
    { name: 'os', digest: (await publishImage(lab)).manifest },
    { name: 'site', digest: (await publishSite(lab)).manifest },
  ];
  const { fetcher } = lab;
  const cache = openManifestCache({ dir: join(lab.dir, 'manifests'), fetcher, publicKeys: [lab.key.publicKey] });
  const update = await findUpdate({ target, stateFile }, { frame, manifests: refs, cache, fetcher });
  const key = refs.map(({ digest }) => digest).join(' ');
  let result;
  if (update === undefined) {
    const layers = await Promise.all(refs.map(async (ref) => ({ ...ref, ...(await cache.read(ref)) })));
    const tree = mergeTree(await inputOf(lab, refs));
    result = await partial(lab, tree, { settles: { key, base: settledBase(frame, layers, tree) } });
  } else {
    const { tree, base, fetcher: withPacks } = update;
    result = await partial(lab, tree, { isUpdate: true, fetcher: withPacks, settles: { key, base } });
  }
  await cache.keep(refs);
  const { said, errors } = result;
  return { isUpdate: update !== undefined, said, errors };
}

async function inputOf(lab: Lab, refs: readonly { name: string; digest: string }[]): Promise<MergeInput> {
  const layers = await Promise.all(refs.map(async ({ name, digest }) => await layerOf(lab, name, digest)));
  const generated = [{ path: 'etc/hostname', bytes: Buffer.from('underdog\n') }];
  return { layers, generated, defines: { HOSTNAME: 'underdog' } };
}

/** A directory that is installed with the same packages at once. */
async function assertAsInstalled(lab: Lab): Promise<void> {
  const other = join(lab.dir, 'other');
  rmSync(other, { recursive: true, force: true });
  mkdirSync(other);
  const refs = [
    { name: 'os', digest: (await publishImage(lab)).manifest },
    { name: 'site', digest: (await publishSite(lab)).manifest },
  ];
  const tree = mergeTree(await inputOf(lab, refs));
  await applyFull({ target: other, tree, fetcher: lab.fetcher, stateFile: join(other, STATE) });
  // Directories that have changed have the time of that.
  assert.deepEqual(
    differences(
      other,
      lab.target,
      '--exclude=/etc/machine-id',
      '--omit-dir-times',
      '--exclude=/etc/motd',
      '--exclude=/etc/hostname',
    ),
    [],
  );
  // What is filled in or rendered has the time of its writing.
  for (const path of ['etc/motd', 'etc/hostname'])
    assert.deepEqual(readFileSync(join(lab.target, path)), readFileSync(join(other, path)));
  assert.deepEqual(rowsOf(lab.target), rowsOf(other));
}

async function withSettled(check: (lab: Lab) => Promise<void>): Promise<void> {
  await withLab('/var/tmp', async (lab) => {
    put(lab.os, 'etc/passwd', 'root:x:0:0::/root:/bin/sh\n');
    put(lab.site, 'srv/one', 'one\n');
    put(lab.site, 'srv/two', 'two\n');
    put(lab.site, 'srv/pinned', 'then\n');
    appendFileSync(join(lab.site, '.packagelink.yaml'), PIN);
    put(lab.site, 'srv/large', Buffer.alloc(LARGE, 'a'));
    // So that a delta is smaller than half of the manifest.
    for (let index = 0; index < 100; index += 1) {
      put(lab.site, `srv/many/${index}`, `${index}\n`);
      put(lab.os, `usr/many/${index}`, `${index}\n`);
    }
    const refs = [
      { name: 'os', digest: (await publishImage(lab)).manifest },
      { name: 'site', digest: (await publishSite(lab)).manifest },
    ];
    await full(lab, mergeTree(await inputOf(lab, refs)));
    assert.equal((await night(lab)).isUpdate, false);
    await check(lab);
  });
}

const updates: readonly [what: string, change: (lab: Lab) => void, said: readonly string[]][] = [
  ['other bytes', ({ site }) => put(site, 'srv/one', 'other\n'), ['replaced srv/one']],
  ['a file of several packs', ({ site }) => put(site, 'srv/large', Buffer.alloc(LARGE, 'b')), ['replaced srv/large']],
  ['another mode', ({ site }) => chmodSync(join(site, 'srv/one'), 0o4750), ['metadata srv/one']],
  ['another time', ({ site }) => utimesSync(join(site, 'srv/many/7'), 1, 2), []],
  [
    'an exception',
    ({ site }) => put(site, '.packagelink.yaml', `files:\n  - match: srv/one\n    uid: 7\n${PIN}`),
    ['metadata etc/secret', 'metadata srv/one'],
  ],
  [
    'both packages',
    ({ os, site }) => {
      put(os, 'etc/shadow', 'root:!\n', 0o640);
      put(site, 'usr/local/bin/tool', '#!/bin/dash\n', 0o755);
      put(site, 'srv/two', '');
    },
    ['replaced etc/shadow', 'replaced srv/two', 'replaced usr/local/bin/tool'],
  ],
];

for (const [what, change, said] of updates) {
  test(`an update by what has changed: ${what}`, { timeout: 120_000 }, async () => {
    await withSettled(async (lab) => {
      change(lab);
      assert.deepEqual(await night(lab), { isUpdate: true, said, errors: [] });
      if (what !== 'another time') await assertAsInstalled(lab);
      assert.deepEqual((await night(lab)).said, []);
    });
  });
}

const others: readonly [what: string, change: (lab: Lab) => void, said: readonly string[]][] = [
  ['a path that two packages have', ({ site }) => put(site, 'etc/issue', 'next\n'), ['replaced etc/issue']],
  ['the path of the one that loses', ({ os }) => put(os, 'etc/issue', 'next\n'), []],
  [
    'a file with two names',
    ({ os }) => put(os, 'usr/bin/perl', 'perl 6', 0o755),
    ['replaced usr/bin/perl', 'replaced usr/bin/perl5.36.0'],
  ],
  ['a template', ({ site }) => put(site, 'etc/motd.plprocess', '##HOSTNAME##\n'), ['replaced etc/motd']],
  ['attributes', ({ os }) => void execFileSync('setcap', ['-r', join(os, 'usr/bin/ping')]), ['replaced usr/bin/ping']],
  ['a new file', ({ site }) => put(site, 'srv/new', 'new\n'), ['created srv/new']],
  ['a file that is gone', ({ site }) => rmSync(join(site, 'srv/one')), ['deleted srv/one']],
  ['a mutable file', ({ os }) => put(os, 'etc/machine-id', 'x\n'), []],
  ['a pinned file', ({ site }) => put(site, 'srv/pinned', 'now\n'), []],
  ['names of users', ({ os }) => put(os, 'etc/passwd', 'root:x:0:0::/root:/bin/bash\n'), ['replaced etc/passwd']],
  [
    'a package that says something else',
    ({ site }) => {
      put(site, 'srv/one', 'other\n');
      appendFileSync(join(site, '.packagelink.yaml'), 'after:\n  - paths: [no/such]\n    run: ["true"]\n');
    },
    ['replaced srv/one'],
  ],
  [
    'something touched elsewhere',
    ({ site, target }) => {
      put(site, 'srv/one', 'other\n');
      put(target, 'usr/bin/passwd', 'edited', 0o755);
    },
    ['replaced srv/one', 'replaced usr/bin/passwd'],
  ],
  [
    'the same file touched on the machine',
    ({ site, target }) => {
      put(site, 'srv/one', 'other\n');
      put(target, 'srv/one', 'mine\n');
    },
    ['replaced srv/one'],
  ],
  ['a delta that is not as signed', ({ site }) => put(site, 'srv/one', 'other\n'), ['replaced srv/one']],
];

for (const [what, change, said] of others) {
  test(`left to a run that reads everything: ${what}`, { timeout: 120_000 }, async () => {
    await withSettled(async (lab) => {
      change(lab);
      const spoiled = what.startsWith('a delta') ? spoilDeltas(lab) : lab;
      const found = await night(spoiled);
      assert.deepEqual([found.isUpdate, found.said, found.errors], [false, said, []]);
      if (what === 'a pinned file') assert.equal(readFileSync(join(lab.target, 'srv/pinned'), 'utf8'), 'then\n');
      else await assertAsInstalled(lab);
    });
  });
}

function spoilDeltas(lab: Lab): Lab {
  return {
    ...lab,
    fetcher: async (path) => {
      const bytes = await lab.fetcher(path);
      if (path.startsWith('deltas/')) bytes[bytes.length - 9] = (bytes[bytes.length - 9] ?? 0) ^ 1;
      return bytes;
    },
  };
}

test('another description is left to a run that reads everything', { timeout: 120_000 }, async () => {
  await withSettled(async (lab) => {
    put(lab.site, 'srv/one', 'other\n');
    assert.equal((await night(lab, 'another')).isUpdate, false);
    put(lab.site, 'srv/one', 'and again\n');
    assert.equal((await night(lab, 'another')).isUpdate, true);
  });
});

test(
  'update after update: each replaced version is kept, and the manifests are read whole from time to time',
  { timeout: 300_000 },
  async () => {
    await withSettled(async (lab) => {
      const kinds: boolean[] = [];
      const kept: number[] = [];
      for (let turn = 1; turn <= 12; turn += 1) {
        put(lab.site, 'srv/one', `version ${turn}\n`);
        const { isUpdate, said } = await night(lab);
        kinds.push(isUpdate);
        kept.push(readdirSync(join(lab.dir, 'manifests')).length);
        assert.deepEqual(said, ['replaced srv/one']);
      }
      assert.deepEqual(
        kinds,
        Array.from({ length: 12 }, (_, index) => index !== 8),
      );
      assert.deepEqual(kept, [3, 4, 5, 6, 7, 8, 9, 10, 2, 3, 4, 5]);
      const history = readHistory(join(lab.target, STATE), 'srv/one');
      assert.deepEqual([history.length, new Set(history.map(({ reason }) => reason))], [12, new Set(['replaced'])]);
      await assertAsInstalled(lab);
    });
  },
);
