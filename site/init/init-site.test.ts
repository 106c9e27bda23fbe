import assert from 'node:assert/strict';
import { mkdir, mkdtemp, readFile, readdir, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { suite, test } from 'node:test';
import { checkMachdb } from '../../machdb/check.ts';
import { loadMachdb } from '../../machdb/load.ts';
import { machineNames } from '../../machdb/query.ts';
import { listSitePackages, loadSiteSettings } from '../load-site.ts';
import { siteChecks } from '../site-checks.ts';
import { checkEmpty, listNewSite, LOGIN_FILE, writeNewSite } from './init-site.ts';

const KEY = 'AAAAC3NzaC1lZDI1NTE5AAAAIGJkqdb3aSmsQgAaJ0vH9W87XIUoA4rGvgdnyKvP6lGg';

const OTHER =
  'AAAAE2VjZHNhLXNoYTItbmlzdHAyNTYAAAAIbmlzdHAyNTYAAABBBBdtObLnMmL4Pic9g3xoMbqcjspE+82WX9PvzqCLQC50craIcZigi8cWpfqLoUCU6uBBz+fswSwt2g/knwxKvks=';

async function inTemporary(run: (dir: string) => Promise<void>): Promise<void> {
  const dir = await mkdtemp(join(tmpdir(), 'init-site-'));
  try {
    await run(dir);
  } finally {
    await rm(dir, { recursive: true });
  }
}

suite('a new site', () => {
  test('is sound, and has machines, settings and packages', async () => {
    await inTemporary(async (dir) => {
      const site = join(dir, 'a/site');
      await writeNewSite(site, await listNewSite());
      const db = await loadMachdb(join(site, 'machdb'));
      const faults = checkMachdb(db, siteChecks(new Set(await listSitePackages(site))));
      assert.deepEqual(faults, []);
      assert.ok(machineNames(db).length >= 3);
      assert.match((await loadSiteSettings(site)).settings.interface ?? '', /./);
      assert.notEqual((await stat(join(site, 'packages/lab-tools/usr/local/bin/whereami'))).mode & 0o111, 0);
      assert.match(await readFile(join(site, '.gitignore'), 'utf8'), /^\*\.key$/m);
    });
  });

  test('lets in with the keys it was given', async () => {
    await inTemporary(async (dir) => {
      const keys = [
        { type: 'ssh-ed25519', blob: KEY, comment: 'ann@desk' },
        { type: 'ecdsa-sha2-nistp256', blob: OTHER, comment: '' },
      ];
      await writeNewSite(dir, await listNewSite(keys));
      const db = await loadMachdb(join(dir, 'machdb'));
      assert.deepEqual(checkMachdb(db, siteChecks(new Set(await listSitePackages(dir)))), []);
      const text = await readFile(join(dir, LOGIN_FILE), 'utf8');
      assert.match(text, new RegExp(`^ {4}ROOT_KEYS="ssh-ed25519 ${KEY} ann@desk"\n {4}ROOT_KEYS\\+="ecdsa-`, 'm'));
    });
  });

  test('opens no console', async () => {
    for (const { from, to } of await listNewSite()) {
      assert.doesNotMatch(to, /autologin|demo/);
      assert.doesNotMatch(await readFile(from, 'utf8'), /autologin|demo-client/, to);
    }
  });
});

suite('a directory', () => {
  test('that is not empty is refused by the names of what it holds', async () => {
    await inTemporary(async (dir) => {
      await writeFile(join(dir, 'precious'), 'mine');
      await assert.rejects(checkEmpty(dir), { message: /holds precious; nothing was written$/, exitCode: 2 });
      await assert.rejects(checkEmpty(join(dir, 'precious')), { exitCode: 2 });
      await assert.rejects(checkEmpty(''), { message: /^no directory was named/, exitCode: 2 });
    });
  });

  test('that does not exist, is empty or is a new git repository is taken', async () => {
    await inTemporary(async (dir) => {
      await checkEmpty(join(dir, 'none'));
      await checkEmpty(dir);
      await mkdir(join(dir, '.git'));
      await checkEmpty(dir);
    });
  });

  test('keeps a file that appears meanwhile', async () => {
    await inTemporary(async (dir) => {
      await writeFile(join(dir, 'site.yaml'), 'mine');
      await assert.rejects(writeNewSite(dir, await listNewSite()), {
        message: /site\.yaml could not be written/,
        exitCode: 1,
      });
      assert.equal(await readFile(join(dir, 'site.yaml'), 'utf8'), 'mine');
      assert.ok((await readdir(dir)).includes('machdb'));
    });
  });
});
