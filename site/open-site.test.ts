import assert from 'node:assert/strict';
import { generateKeyPairSync } from 'node:crypto';
import type { KeyObject } from 'node:crypto';
import { mkdir, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { FaultsError } from '../lib/errors.ts';
import type { UserError } from '../lib/errors.ts';
import { publishTree } from '../packagelink/publish/publish.ts';
import { openStore } from '../packagelink/store/store.ts';
import type { Store } from '../packagelink/store/store.ts';
import { openSite } from './open-site.ts';
import type { Site } from './open-site.ts';

const MACHINE = 'base:\n OS=debian\n OSREV=12\n ARCH=amd64\n PACKAGES=motd\nm1: base\n MAC=52:54:00:00:00:01\n';
const MACHINE_ID = '5e9ad2f0-6f0e-4b6e-9c55-0d3f3a6c0f11';

type Lab = {
  readonly dir: string;
  readonly store: Store;
  readonly signingKey: KeyObject;
  readonly site: Site;
  readonly unsound: UserError[];
};

async function withSite(use: (lab: Lab) => Promise<void>, pollMs = 0): Promise<void> {
  const dir = await mkdtemp(join(tmpdir(), 'gutinteg-site-'));
  let site: Site | undefined;
  try {
    for (const folder of ['machdb', 'packages/motd/etc', 'image/bin'])
      await mkdir(join(dir, folder), { recursive: true });
    await writeFile(join(dir, 'machdb/a.db'), MACHINE);
    await writeFile(join(dir, 'packages/motd/etc/motd.plprocess'), 'in ##LOCATION##\n');
    await writeFile(join(dir, 'image/bin/sh'), 'shell');
    const { privateKey, publicKey } = generateKeyPairSync('ed25519');
    const store = openStore(join(dir, 'store'));
    await publishTree({
      store,
      name: 'debian-12-amd64',
      tree: join(dir, 'image'),
      kind: 'image',
      signingKey: privateKey,
    });
    await publishTree({ store, name: 'agent', tree: join(dir, 'image'), kind: 'site', signingKey: privateKey });
    const unsound: UserError[] = [];
    const onUnsound = (error: UserError): void => void unsound.push(error);
    site = await openSite({
      siteDir: dir,
      store,
      signingKey: privateKey,
      publicKey,
      everywhere: () => ['agent'],
      pollMs,
      onUnsound,
    });
    await use({ dir, store, signingKey: privateKey, site, unsound });
  } finally {
    site?.close();
    await rm(dir, { recursive: true, force: true });
  }
}

test('a machine is found by name and by MAC in any spelling, with image, packages and agent', () =>
  withSite(async ({ site }) => {
    const found = await site.lookupByMac('52-54-00-00-00-01');
    assert.equal(found?.name, 'm1');
    assert.equal(await site.lookupByName('base'), undefined, 'a class is no machine');
    const lookup = await found.describe(MACHINE_ID);
    assert.equal(lookup.image.name, 'debian-12-amd64');
    assert.deepEqual(
      lookup.packages.map(({ name, priority }) => [name, priority]),
      [
        ['motd', 50],
        ['agent', 50],
      ],
    );
    assert.deepEqual(await found.templateVariables(), ['LOCATION']);
    assert.equal((await found.describe(MACHINE_ID)).generation, lookup.generation);
  }));

test('an edited package or record is another generation', () =>
  withSite(async ({ dir, site }) => {
    const generation = async (): Promise<string | undefined> =>
      (await (await site.lookupByName('m1'))?.describe(MACHINE_ID))?.generation;
    const first = await generation();
    await writeFile(join(dir, 'packages/motd/etc/motd.plprocess'), 'changed\n');
    const second = await generation();
    await writeFile(join(dir, 'machdb/a.db'), `${MACHINE} LOCATION=here\n`);
    const third = await generation();
    assert.equal(new Set([first, second, third]).size, 3);
  }));

test('a database that is no longer sound leaves the last sound one in force, and is told once', () =>
  withSite(async ({ dir, site, unsound }) => {
    await writeFile(join(dir, 'machdb/a.db'), `${MACHINE}m2: nosuch\n MAC=52:54:00:00:00:02\n`);
    assert.equal((await site.lookupByName('m1'))?.name, 'm1');
    assert.equal(await site.lookupByName('m2'), undefined);
    assert.equal(unsound.length, 1);
    assert.match(unsound[0]?.message ?? '', /nosuch/);
    await writeFile(join(dir, 'machdb/a.db'), `${MACHINE}m2: base\n MAC=52:54:00:00:00:02\n`);
    assert.equal((await site.lookupByName('m2'))?.name, 'm2');
  }));

test('verify names an undefined variable and a damaged pack together', () =>
  withSite(async ({ store, site }) => {
    const packs = join(store.dir, 'packs');
    for (const name of await readdir(packs)) await writeFile(join(packs, name), 'damaged');
    const machine = await site.lookupByName('m1');
    await assert.rejects(
      async () => machine?.verify(),
      (error) => {
        assert(error instanceof FaultsError);
        assert.equal(error.exitCode, 2);
        assert.match(error.message, /##LOCATION##/);
        assert.match(error.message, /packs\/[0-9a-f]{64}/);
        return true;
      },
    );
  }));

test('verify names a data partition that PARTITION does not have, together with the rest', () =>
  withSite(async ({ dir, site }) => {
    await writeFile(join(dir, 'machdb/a.db'), `${MACHINE} LOCATION=here\n PARTITION=disk0: (a rest ext4 /)\n`);
    const machine = await site.lookupByName('m1');
    assert.deepEqual(await machine?.verify({ initData: [] }), []);
    await assert.rejects(async () => machine?.verify({ initData: ['h', 'a'] }), {
      exitCode: 2,
      message: /2 faults\n--init-data h: .*no partition 'h'.*\n--init-data a: .*not marked data/s,
    });
  }));

test('a package that does not exist and an image that is not built are named', () =>
  withSite(async ({ dir, store, site }) => {
    await rm(join(store.dir, 'names/debian-12-amd64'));
    await assert.rejects(
      async () => (await site.lookupByName('m1'))?.describe(MACHINE_ID),
      /debian-12-amd64, which is not in the package store/,
    );
    await rm(join(dir, 'packages/motd'), { recursive: true });
    await assert.rejects(async () => (await site.lookupByName('m1'))?.verify(), /motd|debian-12-amd64/);
  }));

test('verify refuses an image that the machine cannot start', () =>
  withSite(async ({ dir, store, site, signingKey }) => {
    await writeFile(join(dir, 'machdb/a.db'), `${MACHINE} LOCATION=here\n PARTITION=disk0: (a rest ext4 /)\n`);
    const tree = join(dir, 'foreign');
    await mkdir(join(tree, 'usr/lib'), { recursive: true });
    await writeFile(join(tree, 'usr/lib/ld-linux-aarch64.so.1'), '');
    await publishTree({ store, name: 'debian-12-amd64', tree, kind: 'image', signingKey });
    await assert.rejects(async () => (await site.lookupByName('m1'))?.verify(), {
      message: /IMAGE: error: debian-12-amd64 is a system for arm64, but the machine is amd64 \(ARCH\)/,
    });
  }));

test('what machines ask again and again is not looked for each time, but what people have just edited is', () =>
  withSite(async ({ dir, site }) => {
    const generation = async (find: Promise<Awaited<ReturnType<Site['lookupByMac']>>>) =>
      (await (await find)?.describe(MACHINE_ID))?.generation;
    const machine = () => generation(site.lookupByMac('52:54:00:00:00:01'));
    const first = await machine();
    await writeFile(join(dir, 'packages/motd/etc/motd.plprocess'), 'changed\n');
    assert.equal(await machine(), first, 'the trees were looked at less than pollMs ago');
    const edited = await generation(site.lookupByName('m1'));
    assert.notEqual(edited, first);
    assert.equal(await machine(), edited, 'what was found for people counts for machines, too');
    await writeFile(join(dir, 'machdb/a.db'), `${MACHINE} LOCATION=here\n`);
    const renewed = await generation(site.lookupByName('m1'));
    assert.deepEqual([renewed === edited, await machine()], [false, renewed]);
  }, 3_600_000));
