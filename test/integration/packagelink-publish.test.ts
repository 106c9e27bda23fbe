// Publishing real trees: what is written, what is reused, what is refused, and what a crash or a second publisher leaves.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import {
  appendFileSync,
  chmodSync,
  mkdirSync,
  readFileSync,
  readdirSync,
  rmSync,
  statSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { test } from 'node:test';
import { directoryFetcher } from '../../packagelink/contents/fetch.ts';
import { loadOrCreateSiteKey } from '../../packagelink/manifests/keys.ts';
import type { ManifestEntry } from '../../packagelink/package/manifest.ts';
import { publishTree } from '../../packagelink/publish/publish.ts';
import { readManifest } from '../../packagelink/manifests/read-manifest.ts';
import { readName } from '../../packagelink/store/store.ts';
import { withLock } from '../../packagelink/filesystem/file-lock.ts';
import { fingerprint, publishImage, publishSite, put, withLab } from './packagelink-lab.ts';
import type { Lab } from './packagelink-lab.ts';

const entriesOf = async ({ fetcher, key }: Lab, digest: string): Promise<Map<string, ManifestEntry>> => {
  const { entries } = await readManifest(fetcher, digest, [key.publicKey]);
  return new Map(entries.map((entry) => [entry.path, entry]));
};
const mtimeOf = (entry: ManifestEntry | undefined) =>
  entry === undefined || entry.type === 'hardlink' ? undefined : entry.mtimeSeconds;
const sitePackage = ({ store, site, key }: Lab) => ({
  store,
  name: 'site',
  tree: site,
  kind: 'site' as const,
  signingKey: key.privateKey,
});
const packsOf = ({ store }: Lab) => readdirSync(join(store.dir, 'packs'));

test('publishing an unchanged tree again writes nothing', async () => {
  await withLab('/var/tmp', async (lab) => {
    const first = [await publishImage(lab), await publishSite(lab)];
    const before = fingerprint(lab.store.dir);
    const again = [await publishImage(lab), await publishSite(lab)];
    assert.deepEqual(
      again.map(({ manifest, changed, packedBytes }) => ({ manifest, changed, packedBytes })),
      first.map(({ manifest }) => ({ manifest, changed: false, packedBytes: 0 })),
    );
    assert.equal(fingerprint(lab.store.dir), before);
  });
});

test('a fresh checkout of a site package makes no difference; a changed file gets its own time', async () => {
  await withLab('/var/tmp', async (lab) => {
    const first = await publishSite(lab);
    execFileSync('find', [lab.site, '-exec', 'touch', '-h', '-d', '@1234567890', '{}', '+']);
    assert.equal((await publishSite(lab)).manifest, first.manifest);
    put(lab.site, 'etc/issue', 'changed\n');
    utimesSync(join(lab.site, 'etc/issue'), 1_300_000_000, 1_300_000_000);
    const [before, after] = [
      await entriesOf(lab, first.manifest),
      await entriesOf(lab, (await publishSite(lab)).manifest),
    ];
    assert.equal(mtimeOf(after.get('etc/issue')), 1_300_000_000);
    assert.equal(mtimeOf(after.get('etc/secret')), mtimeOf(before.get('etc/secret')));
  });
});

test('a changed file adds one small pack; equal contents are packed once', async () => {
  await withLab('/var/tmp', async (lab) => {
    await publishImage(lab);
    const before = packsOf(lab);
    const bytes = randomBytes(100_000);
    put(lab.os, 'usr/share/new', bytes);
    put(lab.os, 'usr/share/copy', bytes);
    await publishImage(lab);
    const added = packsOf(lab).filter((pack) => !before.includes(pack));
    assert.equal(added.length, 1);
    const size = statSync(join(lab.store.dir, 'packs', added[0] ?? '')).size;
    assert.ok(size < 101_000, `${size} bytes`);
  });
});

test('packs that were lost are packed again, though the manifest stays', async () => {
  await withLab('/var/tmp', async (lab) => {
    const first = await publishImage(lab);
    const packs = packsOf(lab);
    for (const pack of packs.slice(0, 1)) rmSync(join(lab.store.dir, 'packs', pack));
    assert.equal((await publishImage(lab)).manifest, first.manifest);
    assert.deepEqual(packsOf(lab), packs);
  });
});

test('what no package can hold is refused, every path at once, and the name keeps its generation', async () => {
  await withLab('/var/tmp', async (lab) => {
    const { manifest } = await publishImage(lab);
    execFileSync('mkfifo', [join(lab.os, 'etc/fifo')]);
    mkdirSync(join(lab.os, 'dev'));
    execFileSync('mknod', [join(lab.os, 'dev/null'), 'c', '1', '3']);
    writeFileSync(Buffer.concat([Buffer.from(`${lab.os}/etc/`), Buffer.from([0xff, 0x41])]), 'x');
    symlinkSync(Buffer.from([0xfe]), join(lab.os, 'etc/link'));
    await assert.rejects(publishImage(lab), (error: Error) => {
      for (const part of [
        '4 faults',
        'etc/fifo: error: is a FIFO',
        'dev/null: error: is a character device',
        'not UTF-8 (bytes ff41)',
        'etc/link: error: the target',
      ]) {
        assert.ok(error.message.includes(part), `${part} in ${error.message}`);
      }
      return true;
    });
    assert.equal(await readName(lab.store, 'os'), manifest);
  });
});

test('device nodes below dev/ are left out when that is asked for, others never', async () => {
  await withLab('/var/tmp', async (lab) => {
    mkdirSync(join(lab.os, 'dev'));
    execFileSync('mknod', [join(lab.os, 'dev/null'), 'c', '1', '3']);
    const options = {
      store: lab.store,
      name: 'os',
      tree: lab.os,
      kind: 'image',
      dropDeviceNodes: true,
      signingKey: lab.key.privateKey,
    } as const;
    const entries = await entriesOf(lab, (await publishTree(options)).manifest);
    assert.ok(entries.has('dev') && !entries.has('dev/null'));
    execFileSync('mknod', [join(lab.os, 'etc/null'), 'c', '1', '3']);
    await assert.rejects(publishTree(options), /etc\/null: error: is a character device/);
  });
});

const settingsFaults: [name: string, yaml: string, message: RegExp][] = [
  ['an unknown key', 'after: [x]\n', /after/],
  ['a mode that YAML reads as a number', 'files:\n  - match: etc/issue\n    mode: 0640\n', /mode in quotes/],
  [
    'an exception that matches nothing',
    'files:\n  - match: etc/isue\n    mode: "0600"\n',
    /etc\/isue: error: matches no path/,
  ],
  ['a pattern outside the package', 'mutable: [../x]\n', /mutable\.0: error: '\.\.\/x' is not a pattern/],
  ['one path where a list is wanted', 'pin: etc/motd\n', /pin: error: .*expected array/],
  ['a pattern of a command', 'after: [{paths: [a//b], run: [x]}]\n', /after\.0\.paths\.0: error: 'a\/\/b' is not/],
  ['no YAML', 'a: [\n', /is not YAML/],
  ['the priority of an image', 'priority: 0\n', /priority/],
];

for (const [name, yaml, message] of settingsFaults) {
  test(`.packagelink.yaml is refused: ${name}`, async () => {
    await withLab('/var/tmp', async (lab) => {
      put(lab.site, '.packagelink.yaml', yaml);
      await assert.rejects(publishSite(lab), message);
    });
  });
}

test('a template that is no text is refused', async () => {
  await withLab('/var/tmp', async (lab) => {
    put(lab.site, 'etc/x.plprocess', 'a\0b');
    await assert.rejects(publishSite(lab), /template etc\/x\.plprocess: it holds a NUL/);
  });
});

test('two publishers at once take turns: the second finds nothing to do', async () => {
  await withLab('/var/tmp', async (lab) => {
    for (let index = 0; index < 4; index += 1) put(lab.site, `opt/${index}`, randomBytes(1_500_000));
    const published = await Promise.all([publishSite(lab), publishSite(lab), publishImage(lab)]);
    assert.equal(published.filter(({ changed }) => changed).length, 2);
    assert.equal(published[0].manifest, published[1].manifest);
    for (const { manifest } of published) assert.ok((await entriesOf(lab, manifest)).has('etc/issue'));
  });
});

test('the lock holds between processes, and goes with its holder', async () => {
  await withLab('/var/tmp', async (lab) => {
    const holder = new URL('../../packagelink/filesystem/file-lock.ts', import.meta.url).href;
    const script = `const { withLock } = await import(${JSON.stringify(holder)});
      await withLock(${JSON.stringify(join(lab.dir, 'lock.db'))}, async () => { console.log('held'); process.kill(process.pid, 'SIGSTOP'); });`;
    const { spawn } = await import('node:child_process');
    const child = spawn(
      process.execPath,
      ['--disable-warning=ExperimentalWarning', '--input-type=module', '-e', script],
      { stdio: ['ignore', 'pipe', 'inherit'] },
    );
    const ended = new Promise((resolve) => child.once('exit', resolve));
    try {
      await new Promise((resolve) => child.stdout.once('data', resolve));
      await assert.rejects(
        withLock(join(lab.dir, 'lock.db'), async () => await Promise.resolve(), 200),
        /another process has held/,
      );
    } finally {
      child.kill('SIGKILL');
    }
    await ended;
    assert.equal(await withLock(join(lab.dir, 'lock.db'), async () => await Promise.resolve(7), 2000), 7);
  });
});

test('a publish that dies leaves the last generation current and the store sound', async () => {
  await withLab('/var/tmp', async (lab) => {
    const { manifest } = await publishSite(lab);
    put(lab.site, 'etc/big', randomBytes(9_000_000));
    const dying = publishTree({
      ...sitePackage(lab),
      onProgress: () => {
        throw new Error('power cut');
      },
    });
    await assert.rejects(dying, /power cut/);
    assert.equal(await readName(lab.store, 'site'), manifest);
    for (const pack of packsOf(lab)) {
      assert.match(
        execFileSync('sha256sum', [join(lab.store.dir, 'packs', pack)], { encoding: 'utf8' }),
        new RegExp(`^${pack}`),
      );
    }
    const next = await publishSite(lab);
    assert.ok(next.changed && (await entriesOf(lab, next.manifest)).has('etc/big'));
  });
});

for (const [how, change] of [
  ['grows', (file: string) => appendFileSync(file, 'x')],
  ['gets other bytes', (file: string) => writeFileSync(file, Buffer.alloc(4 * 1024 * 1024))],
] as const) {
  test(`a tree in which a file ${how} while it is published is not published`, async () => {
    await withLab('/var/tmp', async (lab) => {
      for (let index = 0; index < 12; index += 1) put(lab.site, `opt/${index}`, randomBytes(4 * 1024 * 1024));
      const publishing = publishTree({ ...sitePackage(lab), onProgress: () => change(join(lab.site, 'opt/9')) });
      await assert.rejects(publishing, /opt\/9 changed while it was read; nothing was published/);
      assert.equal(await readName(lab.store, 'site'), undefined);
    });
  });
}

test('the site key is private, stays the same, and a new one takes over', async () => {
  await withLab('/var/tmp', async (lab) => {
    const file = join(lab.dir, 'state/keys/site.key');
    assert.equal(statSync(file).mode & 0o777, 0o600);
    assert.equal(readFileSync(join(lab.dir, 'state/keys/site.pub'), 'utf8'), lab.key.publicPem);
    assert.equal((await loadOrCreateSiteKey(join(lab.dir, 'state'))).publicPem, lab.key.publicPem);
    const { manifest } = await publishSite(lab);
    const other = await loadOrCreateSiteKey(join(lab.dir, 'other'));
    const again = await publishSite({ ...lab, key: other });
    assert.equal(again.manifest, manifest);
    assert.equal((await readManifest(directoryFetcher(lab.store.dir), manifest, [other.publicKey])).name, 'site');
    chmodSync(file, 0o600);
    writeFileSync(file, 'no key');
    await assert.rejects(loadOrCreateSiteKey(join(lab.dir, 'state')), /site\.key: not PEM/);
  });
});
