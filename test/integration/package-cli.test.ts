// `gutinteg package …`, typed, on a copy of the example site.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { readdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { openDatabase } from '../../netboot/state/database.ts';
import { oneMachineSite } from '../../netboot/fake-machine-source.ts';
import { makeSmallSite } from '../helpers/small-site.ts';
import { armMachine } from '../../netboot/machines/arm-machine.ts';
import { applyOccurrence, createMachines } from '../../netboot/machines/machines.ts';

/** Every file with its inode and the times of its last changes, of contents and of anything else. */
const fingerprint = (dir: string): string =>
  execFileSync('find', [dir, '-printf', '%P %y %i %s %T@ %C@\\n'], { encoding: 'utf8' });

async function setUp(stack: AsyncDisposableStack) {
  const site = await makeSmallSite(stack);
  const gutinteg = async (...words: string[]) =>
    await site.run('gutinteg', 'package', ...words, '--state', site.stateDir);
  const ok = async (...words: string[]) => {
    const result = await gutinteg(...words);
    assert.equal(result.exitCode, 0, result.stderr);
    return result.stdout;
  };
  return { ...site, storeDir: join(site.stateDir, 'store'), motd: join(site.siteDir, 'packages/motd'), gutinteg, ok };
}

test('publish says what changed; an unchanged site and a dry run write nothing at all', async () => {
  await using stack = new AsyncDisposableStack();
  const { ok, gutinteg, storeDir, motd } = await setUp(stack);
  const empty = fingerprint(storeDir);
  assert.match(await ok('publish', '--dry-run'), /^motd: would be published: \d+ entries, .* to pack$/m);
  assert.equal(fingerprint(storeDir), empty);
  assert.match(await ok('publish'), /^motd: published as [0-9a-f]{12}: \d+ entries, .* packed$/m);
  const published = fingerprint(storeDir);
  assert.match(await ok('publish'), /^motd: unchanged$/m);
  assert.equal(fingerprint(storeDir), published);
  await writeFile(join(motd, 'etc/new'), 'new\n');
  const change = /^motd: would be published: 1 added; 4 bytes to pack\n {2}\+ etc\/new: file, 4 bytes, 0644 0:0\n$/;
  assert.match(await ok('publish', 'motd', '--dry-run'), change);
  assert.equal(fingerprint(storeDir), published);
  const [told] = JSON.parse(await ok('publish', 'motd', '--json')) as {
    changed: boolean;
    difference: { paths: unknown[] };
  }[];
  assert.deepEqual([told?.changed, told?.difference.paths.length], [true, 1]);
  const unknown = await gutinteg('publish', 'nodt');
  assert.deepEqual([unknown.exitCode, /packages has no nodt\n {2}try: one of: .*motd/.test(unknown.stderr)], [2, true]);
});

test('a package that cannot be published keeps none of the others back', async () => {
  await using stack = new AsyncDisposableStack();
  const { gutinteg, siteDir } = await setUp(stack);
  execFileSync('mkfifo', [join(siteDir, 'packages/base/fifo')]);
  const { exitCode, stdout, stderr } = await gutinteg('publish');
  assert.equal(exitCode, 2);
  assert.match(stderr, /fifo: error: is a FIFO/);
  assert.match(stdout, /^motd: published as/m);
});

test('list, show and diff', async () => {
  await using stack = new AsyncDisposableStack();
  const { ok, gutinteg, motd, siteDir } = await setUp(stack);
  await ok('publish');
  await writeFile(join(motd, 'etc/hello.plprocess'), 'Hello ##HOSTNAME##, ##NOBODY##.\n##SERVICE##x\n');
  await ok('publish', 'motd');
  assert.match(
    await ok('list'),
    /^NAME +PRIORITY .*\n(?:.*\n)*motd +50 +\d+ .* [0-9a-f]{12} +\d{4}-\d\d-\d\d \d\d:\d\d$/m,
  );
  const rows = JSON.parse(await ok('list', '--json')) as { name: string; generations: number }[];
  assert.equal(rows.find(({ name }) => name === 'motd')?.generations, 2);
  assert.match(await ok('show', 'motd'), /etc\/hello\.plprocess: HOSTNAME, NOBODY, SERVICE \(at the start of a line\)/);
  assert.match(await ok('show', 'motd', '--entries'), /^file +0644 0:0 +45 etc\/hello\.plprocess$/m);
  const undefinedHere = await gutinteg('show', 'motd', '--list-undefined', 'lab01');
  assert.deepEqual([undefinedHere.exitCode, undefinedHere.stdout], [3, 'NOBODY\n']);
  const record = join(siteDir, 'record.json');
  await writeFile(record, (await gutinteg('show', 'motd@~1', '--json')).stdout);
  assert.equal((await gutinteg('show', 'motd', '--record', record)).exitCode, 2);
  await writeFile(record, '{}');
  const names = (await gutinteg('show', 'motd', '--record', record)).stdout.trim().split('\n');
  assert.ok(names.includes('HOSTNAME'));
  await writeFile(record, JSON.stringify(Object.fromEntries(names.map((name) => [name, 'x']))));
  assert.equal(await ok('show', 'motd', '--record', record), '');
  const diff = await gutinteg('diff', 'motd');
  assert.deepEqual([diff.exitCode, diff.stdout], [3, '  + etc/hello.plprocess: file, 45 bytes, 0644 0:0\n']);
  assert.equal(await ok('diff', 'motd', 'motd'), '');
  const other = await gutinteg('diff', 'base', 'motd', '--json');
  assert.deepEqual([other.exitCode, Object.keys(JSON.parse(other.stdout) as object)], [3, ['paths', 'settings']]);
});

test('verify and gc: faults have exit code 3, what an armed machine needs stays', async () => {
  await using stack = new AsyncDisposableStack();
  const { ok, gutinteg, motd, stateDir, storeDir } = await setUp(stack);
  await ok('publish');
  const [first] = JSON.parse(await ok('publish', 'motd', '--json')) as { manifest: string }[];
  const armedWith = first?.manifest ?? '';
  const fake = oneMachineSite();
  const machine = await fake.source.lookupByName('q-bert');
  const describe = machine?.describe;
  assert.ok(machine && describe);
  const source = {
    ...fake.source,
    lookupByName: async () => ({
      ...machine,
      describe: async (id: string) => {
        const lookup = await describe(id);
        return { ...lookup, image: { ...lookup.image, manifest: armedWith }, packages: [] };
      },
    }),
  };
  const database = openDatabase(join(stateDir, 'netboot.db'));
  const machines = createMachines({ database, source, attempts: 3 });
  const { row } = await armMachine(machines, 'q-bert');
  await writeFile(join(motd, 'etc/new'), 'new\n');
  await ok('publish', 'motd');
  const strict = ['gc', '--keep', '1', '--grace-days', '0'];
  assert.match(await ok(...strict), /^0 bytes freed, 0 files; \d+ manifests stay\n$/);
  applyOccurrence(machines, row.id, { kind: 'disarmed', why: 'test' });
  database.close();
  await ok('pin', 'motd@~1', '--reason', 'kept by hand');
  assert.match(await ok('pin'), new RegExp(`^${armedWith} kept by hand\n$`));
  assert.match(await ok(...strict), /^0 bytes freed/);
  await ok('unpin', 'motd@~1');
  assert.match(await ok(...strict, '--dry-run'), new RegExp(`^would remove manifests/${armedWith}\n`));
  assert.match(await ok(...strict), new RegExp(`^removed manifests/${armedWith}\n`));
  assert.match(await ok('verify'), /^\d+ names, .*: sound\n$/);
  const [pack = ''] = await readdir(join(storeDir, 'packs'));
  await rm(join(storeDir, 'packs', pack));
  const broken = await gutinteg('verify', '--json');
  const { faults } = JSON.parse(broken.stdout) as { faults: { where: string }[] };
  assert.deepEqual([broken.exitCode, faults.map(({ where }) => where)], [3, [`packs/${pack}`]]);
});
