import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import {
  existsSync,
  linkSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { after, test } from 'node:test';
import type { PackageFileSource } from '../../contract/fleet/jobs/action.ts';
import { openStagedFiles } from './staged-files.ts';

const root = mkdtempSync(join(tmpdir(), 'gutinteg-staged-'));
after(() => rmSync(root, { recursive: true }));

const bytes = Buffer.from('a package');
const file: PackageFileSource = {
  sha256: createHash('sha256').update(bytes).digest('hex'),
  bytes: bytes.length,
  fileName: 'a_1_all.deb',
  name: 'a',
  version: '1',
  arch: 'all',
};

let count = 0;
function place() {
  const directory = join(root, String((count += 1)));
  const spool = join(directory, 'spool');
  mkdirSync(spool, { recursive: true });
  const secret = join(directory, 'secret');
  writeFileSync(secret, bytes);
  return { source: join(spool, file.sha256), secret, staged: openStagedFiles(spool, join(directory, 'own')) };
}

const hostile: readonly (readonly [what: string, (source: string, secret: string) => void, RegExp])[] = [
  ['is not there', () => {}, /has not been fetched/],
  ['is a link', (source, secret) => symlinkSync(secret, source), /has not been fetched/],
  ['is a directory', (source) => mkdirSync(source), /not a file of the talker's own/],
  ['is a FIFO', (source) => void execFileSync('mkfifo', [source]), /not a file of the talker's own/],
  ['has a second name', (source, secret) => linkSync(secret, source), /not a file of the talker's own/],
  ['has other bytes', (source) => writeFileSync(source, 'a packagE'), /its SHA-256 is another one, and it should/],
  ['is longer', (source) => writeFileSync(source, 'a package and more'), /it has 18 bytes/],
  ['is cut off', (source) => writeFileSync(source, 'a pack'), /it has 6 bytes/],
];

for (const [what, make, words] of hostile) {
  test(`what the talker brings is refused if it ${what}`, () => {
    const { source, secret, staged } = place();
    make(source, secret);
    assert.throws(() => staged.stage(file), words);
    assert.equal(existsSync(staged.pathOf(file)), false);
  });
}

test("what a link in the directory's place leads to is not read", () => {
  const { source, secret, staged } = place();
  const elsewhere = join(dirname(secret), 'elsewhere');
  mkdirSync(elsewhere);
  writeFileSync(join(elsewhere, file.sha256), bytes);
  rmSync(dirname(source), { recursive: true });
  symlinkSync(elsewhere, dirname(source));
  assert.throws(() => staged.stage(file), /has not been fetched/);
  assert.equal(existsSync(staged.pathOf(file)), false);
});

test("root's own copy stays when the talker's file changes, and is made anew when it is damaged itself", () => {
  const { source, staged } = place();
  writeFileSync(source, bytes);
  const path = staged.stage(file);
  writeFileSync(source, 'a packagE');
  assert.equal(staged.stage(file), path);
  assert.deepEqual(readFileSync(path), bytes);
  writeFileSync(path, 'a packagE');
  assert.throws(() => staged.stage(file), /is not the file that was approved/);
  writeFileSync(source, bytes);
  staged.stage(file);
  assert.deepEqual(readFileSync(path), bytes);
  staged.dropOthers(new Set([file.sha256]));
  assert.ok(existsSync(path));
  staged.dropOthers(new Set());
  assert.equal(existsSync(dirname(path)), false);
});
