// Real trees on real file systems, as root: published, laid down, damaged and put right. What came out is judged by
// rsync, getcap and find, never by our own scanner.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import {
  appendFileSync,
  chmodSync,
  chownSync,
  existsSync,
  linkSync,
  lstatSync,
  mkdirSync,
  readFileSync,
  readdirSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import type { Fetcher } from '../../packagelink/contents/fetch.ts';
import { loadOrCreateSiteKey } from '../../packagelink/manifests/keys.ts';
import { mergeTree } from '../../packagelink/merge/merge.ts';
import { readManifest } from '../../packagelink/manifests/read-manifest.ts';
import { sealManifest } from '../../packagelink/manifests/seal-manifest.ts';
import { encodeManifest } from '../../packagelink/manifests/encode-manifest.ts';
import { writeManifest } from '../../packagelink/store/store.ts';
import {
  STATE,
  differences,
  fingerprint,
  full,
  layerOf,
  partial,
  publishImage,
  publishSite,
  put,
  wholeTree,
  withLab,
} from './packagelink-lab.ts';

for (const [fileSystem, parent] of [
  ['ext4', '/var/tmp'],
  ['tmpfs', '/dev/shm'],
] as const) {
  describe(`packagelink on ${fileSystem}`, () => {
    test('a full install gives back what was published: owners, setuid, links, times, capabilities', async () => {
      await withLab(parent, async (lab) => {
        const tree = mergeTree({ layers: [await layerOf(lab, 'os', (await publishImage(lab)).manifest)], defines: {} });
        await full(lab, tree);
        // The state database's parents are ours; rsync is told of nothing else.
        rmSync(join(lab.target, 'var'), { recursive: true });
        assert.deepEqual(differences(lab.os, lab.target), []);
        const nanoseconds = (root: string) =>
          execFileSync('find', [join(root, 'etc/issue'), '-printf', '%T@'], { encoding: 'utf8' });
        assert.equal(nanoseconds(lab.target), nanoseconds(lab.os));
        assert.match(
          execFileSync('getcap', [join(lab.target, 'usr/bin/ping')], { encoding: 'utf8' }),
          /cap_net_raw=ep/,
        );
        assert.equal(statSync(join(lab.target, 'usr/bin/passwd')).mode & 0o7777, 0o6755);
      });
    });

    test('site packages and generated files lie over the image', async () => {
      await withLab(parent, async (lab) => {
        await full(lab, await wholeTree(lab));
        const at = (path: string) => readFileSync(join(lab.target, path), 'utf8');
        assert.equal(at('etc/motd'), 'This is underdog.\n##NFS##nfs\n');
        assert.equal(at('etc/issue'), 'site\n');
        assert.equal(at('etc/hostname'), 'underdog\n');
        const listed = execFileSync(
          'find',
          [
            lab.target,
            '-path',
            '*/etc/[is]*',
            '-printf',
            '%f %m %U:%G\n',
            '-o',
            '-name',
            'tool',
            '-printf',
            '%f %m %U:%G\n',
          ],
          { encoding: 'utf8' },
        );
        assert.deepEqual(listed.trim().split('\n').toSorted(), [
          'issue 644 0:0',
          'secret 600 0:42',
          'shadow 640 0:42',
          'tool 755 0:0',
        ]);
        assert.ok(!existsSync(join(lab.target, '.packagelink.yaml')));
      });
    });

    test('a run on a machine that is right changes nothing at all', async () => {
      await withLab(parent, async (lab) => {
        const tree = await wholeTree(lab);
        await full(lab, tree);
        const before = fingerprint(lab.target);
        const failing = async () => await Promise.reject(new Error('nothing is to be fetched'));
        const result = await partial(lab, tree, {
          fetcher: failing,
          sync: () => assert.fail('nothing is to be synced'),
        });
        assert.deepEqual([result.changes, result.errors], [[], []]);
        assert.equal(fingerprint(lab.target), before);
      });
    });

    test('a partial run puts right what differs, and only that', async () => {
      await withLab(parent, async (lab) => {
        const tree = await wholeTree(lab);
        await full(lab, tree);
        const at = (path: string) => join(lab.target, path);
        const reference = join(lab.dir, 'reference');
        execFileSync('cp', ['-a', lab.target, reference]);
        appendFileSync(at('etc/issue'), 'intruder');
        appendFileSync(at('usr/lib/big'), 'x');
        rmSync(at('usr/bin/perl'));
        chmodSync(at('usr/bin/passwd'), 0o755);
        chownSync(at('etc/shadow'), 5, 5);
        execFileSync('setcap', ['cap_setuid+ep', at('usr/local/bin/tool')]);
        execFileSync('setcap', ['-r', at('usr/bin/ping')]);
        rmSync(at('etc/dangling'));
        writeFileSync(at('etc/dangling'), 'no link any more');
        rmSync(at('bin'));
        symlinkSync('/tmp', at('bin'));
        rmSync(at('root'), { recursive: true });
        writeFileSync(at('etc/machine-id'), 'the machine’s own');
        writeFileSync(at('etc/foreign'), 'foreign');
        const damaged = fingerprint(lab.target);
        const dry = await partial(lab, tree, { dryRun: true });
        assert.equal(fingerprint(lab.target), damaged);
        const result = await partial(lab, tree);
        assert.deepEqual(dry.changes, result.changes);
        assert.deepEqual(result.errors, []);
        assert.deepEqual(result.said, [
          'created root',
          'created usr/bin/perl',
          'metadata etc/shadow',
          'metadata usr/bin/passwd',
          'replaced bin',
          'replaced etc/dangling',
          'replaced etc/issue',
          'replaced usr/bin/perl5.36.0',
          'replaced usr/bin/ping',
          'replaced usr/lib/big',
          'replaced usr/local/bin/tool',
        ]);
        assert.equal(readFileSync(at('etc/foreign'), 'utf8'), 'foreign');
        assert.equal(readFileSync(at('etc/machine-id'), 'utf8'), 'the machine’s own');
        const left = differences(reference, lab.target, '--omit-dir-times');
        assert.deepEqual(left.map((line) => line.split(/\s+/).slice(1).join(' ')).toSorted(), [
          'etc/foreign',
          'etc/machine-id',
        ]);
        assert.deepEqual((await partial(lab, tree)).changes, []);
      });
    });
  });
}

test('a dry run changes nothing, not even the state database', async () => {
  await withLab('/var/tmp', async (lab) => {
    const tree = await wholeTree(lab);
    const result = await partial(lab, tree, { dryRun: true });
    assert.ok(result.changes.length > 10);
    assert.deepEqual(readdirSync(lab.target), []);
  });
});

test('without a database, what is right stays as it is and the rest is put right', async () => {
  await withLab('/var/tmp', async (lab) => {
    const tree = await wholeTree(lab);
    await full(lab, tree);
    rmSync(join(lab.target, STATE));
    appendFileSync(join(lab.target, 'etc/issue'), 'x');
    assert.deepEqual((await partial(lab, tree)).said, ['replaced etc/issue']);
    assert.deepEqual((await partial(lab, tree)).said, []);
  });
});

test('a new generation: new, changed and dropped files, values, and what stays', async () => {
  await withLab('/var/tmp', async (lab) => {
    put(lab.site, 'opt/old/a', 'a');
    put(lab.site, 'opt/old/b', 'b');
    put(lab.site, 'opt/kept/c', 'c');
    await full(lab, await wholeTree(lab));
    writeFileSync(join(lab.target, 'opt/kept/foreign'), 'foreign');
    rmSync(join(lab.site, 'opt'), { recursive: true });
    put(lab.site, 'etc/issue', 'site, again\n');
    put(lab.site, 'etc/new.d/file', 'new\n');
    const result = await partial(lab, await wholeTree(lab, { HOSTNAME: 'q-bert', NFS: '' }));
    assert.deepEqual(result.errors, []);
    assert.deepEqual(result.said, [
      'created etc/new.d',
      'created etc/new.d/file',
      'deleted opt/kept/c',
      'deleted opt/old',
      'deleted opt/old/a',
      'deleted opt/old/b',
      'replaced etc/hostname',
      'replaced etc/issue',
      'replaced etc/motd',
    ]);
    assert.equal(readFileSync(join(lab.target, 'etc/motd'), 'utf8'), 'This is q-bert.\nnfs\n');
    assert.deepEqual(readdirSync(join(lab.target, 'opt')), ['kept']);
    assert.deepEqual(readdirSync(join(lab.target, 'opt/kept')), ['foreign']);
  });
});

test('one flipped byte of a pack stops an install before anything of it is used', async () => {
  await withLab('/var/tmp', async (lab) => {
    const tree = await wholeTree(lab);
    const packs = readdirSync(join(lab.store.dir, 'packs'));
    for (const pack of packs) {
      const file = join(lab.store.dir, 'packs', pack);
      const bytes = readFileSync(file);
      const middle = bytes.length >> 1;
      bytes[middle] = (bytes[middle] ?? 0) ^ 1;
      writeFileSync(file, bytes);
    }
    await assert.rejects(
      full(lab, tree),
      new RegExp(`fetching packs/(${packs.join('|')}): wrong bytes: expected SHA-256 [0-9a-f]{64}, found [0-9a-f]{64}`),
    );
    assert.ok(!existsSync(join(lab.target, STATE)), 'an install that failed is not marked as done');
    const written = execFileSync('find', [lab.target, '-type', 'f', '-size', '+0', '-printf', '%P\n'], {
      encoding: 'utf8',
    });
    assert.equal(written, 'etc/hostname\n');
  });
});

test('wrong bytes in a partial run leave the old file, are named, and turn deletions off', async () => {
  await withLab('/var/tmp', async (lab) => {
    put(lab.site, 'etc/dropped', 'x');
    await full(lab, await wholeTree(lab));
    rmSync(join(lab.site, 'etc/dropped'));
    put(lab.site, 'etc/issue', 'next\n');
    const tree = await wholeTree(lab);
    const corrupt: Fetcher = async (path) => {
      const bytes = await lab.fetcher(path);
      bytes[5] = (bytes[5] ?? 0) ^ 1;
      return bytes;
    };
    const result = await partial(lab, tree, { fetcher: corrupt });
    assert.deepEqual(result.said, []);
    assert.match(result.errors.join('\n'), /etc\/issue could not be updated: fetching packs\/.*wrong bytes/);
    assert.equal(readFileSync(join(lab.target, 'etc/issue'), 'utf8'), 'site\n');
    assert.ok(existsSync(join(lab.target, 'etc/dropped')));
    assert.deepEqual(execFileSync('find', [lab.target, '-name', '.gutinteg*'], { encoding: 'utf8' }), '');
    assert.deepEqual((await partial(lab, tree)).said, ['deleted etc/dropped', 'replaced etc/issue']);
  });
});

test('a manifest with a path outside the package, or otherwise unsound, is refused, however well it is signed', async () => {
  await withLab('/var/tmp', async (lab) => {
    const { manifest } = await publishSite(lab);
    const sound = await readManifest(lab.fetcher, manifest, [lab.key.publicKey]);
    const entry = sound.entries.find((one) => one.type === 'file');
    assert.ok(entry);
    const cases: [change: object, message: RegExp][] = [
      ...['../x', '/x', 'etc/../../x'].map((path): [object, RegExp] => [
        { entries: [{ ...entry, path }] },
        /not a path inside the package/,
      ]),
      [{ packs: sound.packs.map((pack) => ({ ...pack, rawBytes: 1 })) }, /reaches past the end of pack/],
      [{ entries: sound.entries.toReversed() }, /entries are sorted/],
    ];
    for (const [change, message] of cases) {
      const sealed = await sealManifest(encodeManifest({ ...sound, ...change }), lab.key.privateKey);
      await writeManifest(lab.store, sealed);
      await assert.rejects(readManifest(lab.fetcher, sealed.digest, [lab.key.publicKey]), message);
    }
  });
});

test('a manifest that the site has not signed is refused before it is read', async () => {
  await withLab('/var/tmp', async (lab) => {
    const { manifest } = await publishSite(lab);
    const other = await loadOrCreateSiteKey(join(lab.dir, 'other'));
    await assert.rejects(
      readManifest(lab.fetcher, manifest, [other.publicKey]),
      /not signed by this site's keys \(1 tried\)/,
    );
    assert.equal((await readManifest(lab.fetcher, manifest, [other.publicKey, lab.key.publicKey])).name, 'site');
    const file = join(lab.store.dir, 'manifests', manifest);
    const bytes = readFileSync(file);
    bytes[9] = (bytes[9] ?? 0) ^ 1;
    writeFileSync(file, bytes);
    await assert.rejects(readManifest(lab.fetcher, manifest, [lab.key.publicKey]), /wrong bytes: expected/);
  });
});

test('a symlink in place of a directory leads no run out of the target', async () => {
  await withLab('/var/tmp', async (lab) => {
    const tree = await wholeTree(lab);
    await full(lab, tree);
    const outside = join(lab.dir, 'outside');
    mkdirSync(outside);
    put(outside, 'issue', 'outside\n', 0o600);
    renameSync(join(lab.target, 'etc'), join(lab.dir, 'etc-before'));
    symlinkSync(outside, join(lab.target, 'etc'));
    const before = fingerprint(outside);
    const result = await partial(lab, tree);
    assert.deepEqual(result.errors, []);
    assert.ok(result.said.includes('replaced etc') && result.said.includes('created etc/issue'));
    assert.equal(fingerprint(outside), before);
    assert.ok(lstatSync(join(lab.target, 'etc')).isDirectory());
    assert.equal(readFileSync(join(lab.target, 'etc/issue'), 'utf8'), 'site\n');
  });
});

test('a symlink in place of a directory of dropped files saves what it leads to', async () => {
  await withLab('/var/tmp', async (lab) => {
    put(lab.site, 'opt/a/b', 'b');
    await full(lab, await wholeTree(lab));
    rmSync(join(lab.site, 'opt'), { recursive: true });
    const outside = join(lab.dir, 'outside');
    renameSync(join(lab.target, 'opt/a'), outside);
    symlinkSync(outside, join(lab.target, 'opt/a'));
    await partial(lab, await wholeTree(lab));
    assert.equal(readFileSync(join(outside, 'b'), 'utf8'), 'b');
  });
});

test('a full install does not write through a link that kept data left in place of a directory', async () => {
  await withLab('/var/tmp', async (lab) => {
    const outside = join(lab.dir, 'outside');
    mkdirSync(outside);
    symlinkSync(outside, join(lab.target, 'etc'));
    await assert.rejects(full(lab, await wholeTree(lab)), /could not install etc.*/);
    assert.deepEqual(readdirSync(outside), []);
  });
});

test('a full install replaces files on kept data, except mutable ones', async () => {
  await withLab('/var/tmp', async (lab) => {
    put(lab.target, 'etc/issue', 'old', 0o600);
    put(lab.target, 'etc/machine-id', 'kept');
    const tree = await wholeTree(lab);
    await full(lab, tree);
    assert.equal(readFileSync(join(lab.target, 'etc/issue'), 'utf8'), 'site\n');
    assert.equal(readFileSync(join(lab.target, 'etc/machine-id'), 'utf8'), 'kept');
    assert.deepEqual((await partial(lab, tree)).changes, []);
  });
});

test('a directory with foreign files in place of a wanted file stays, and is named', async () => {
  await withLab('/var/tmp', async (lab) => {
    const tree = await wholeTree(lab);
    await full(lab, tree);
    rmSync(join(lab.target, 'etc/issue'));
    put(lab.target, 'etc/issue/foreign', 'foreign');
    const result = await partial(lab, tree);
    assert.deepEqual(result.said, []);
    assert.match(
      result.errors.join(),
      /^etc\/issue was not put in place: it is a directory on this machine and holds foreign, /,
    );
    assert.equal(readFileSync(join(lab.target, 'etc/issue/foreign'), 'utf8'), 'foreign');
    assert.deepEqual(
      readdirSync(join(lab.target, 'etc')).filter((name) => name.startsWith('.gutinteg')),
      [],
    );
  });
});

test('a FIFO in place of a file does not stop a run', async () => {
  await withLab('/var/tmp', async (lab) => {
    const tree = await wholeTree(lab);
    await full(lab, tree);
    rmSync(join(lab.target, 'etc/issue'));
    execFileSync('mkfifo', [join(lab.target, 'etc/issue')]);
    assert.deepEqual((await partial(lab, tree)).said, ['replaced etc/issue']);
  });
});

test('two partial runs at once do the work once', async () => {
  await withLab('/var/tmp', async (lab) => {
    const tree = await wholeTree(lab);
    await full(lab, tree);
    appendFileSync(join(lab.target, 'etc/issue'), 'x');
    const results = await Promise.all([partial(lab, tree), partial(lab, tree)]);
    assert.deepEqual(
      results.flatMap((result) => [...result.said, ...result.errors]),
      ['replaced etc/issue'],
    );
  });
});

test('a machine that was never installed by us is adopted: wrong files replaced, foreign ones kept', async () => {
  await withLab('/var/tmp', async (lab) => {
    const tree = await wholeTree(lab);
    put(lab.target, 'etc/issue', 'by hand\n');
    put(lab.target, 'etc/foreign', 'foreign');
    put(lab.target, 'etc/machine-id', 'its own');
    const result = await partial(lab, tree);
    assert.deepEqual(result.errors, []);
    assert.ok(result.said.includes('replaced etc/issue') && result.said.includes('created usr/bin/perl5.36.0'));
    const left = differences(lab.os, lab.target, '--omit-dir-times').map((line) =>
      line.split(/\s+/).slice(1).join(' '),
    );
    const ours = ['etc/foreign', 'etc/hostname', 'etc/issue', 'etc/machine-id', 'etc/motd', 'etc/secret'];
    assert.deepEqual(left.filter((path) => path.startsWith('etc/')).toSorted(), ours);
    assert.deepEqual((await partial(lab, tree)).said, []);
  });
});

test('OSMODE=packages leaves the image to the package manager', async () => {
  await withLab('/var/tmp', async (lab) => {
    const tree = await wholeTree(lab);
    await full(lab, tree);
    writeFileSync(join(lab.target, 'usr/bin/perl'), 'upgraded');
    writeFileSync(join(lab.target, 'etc/issue'), 'changed');
    assert.deepEqual((await partial(lab, tree, { osmode: 'packages' })).said, ['replaced etc/issue']);
    assert.equal(readFileSync(join(lab.target, 'usr/bin/perl'), 'utf8'), 'upgraded');
    assert.deepEqual((await partial(lab, tree)).said, ['replaced usr/bin/perl', 'replaced usr/bin/perl5.36.0']);
  });
});

test('a sync that fails before the renames leaves everything old, is said, and the next run finishes', async () => {
  await withLab('/var/tmp', async (lab) => {
    await full(lab, await wholeTree(lab));
    put(lab.site, 'etc/issue', 'next\n');
    put(lab.site, 'etc/new', 'new\n');
    symlinkSync('new', join(lab.site, 'etc/link'));
    const tree = await wholeTree(lab);
    // sync comes between the writing of the batch and its renames.
    const failing = () => {
      throw new Error('syncfs: EIO');
    };
    const failed = await partial(lab, tree, { sync: failing });
    assert.deepEqual(failed.said, []);
    assert.match(failed.errors.join('\n'), /syncfs: EIO/);
    assert.equal(readFileSync(join(lab.target, 'etc/issue'), 'utf8'), 'site\n');
    assert.ok(!existsSync(join(lab.target, 'etc/new')));
    assert.equal(execFileSync('find', [lab.target, '-name', '.gutinteg*'], { encoding: 'utf8' }), '');
    assert.deepEqual((await partial(lab, tree)).said, ['created etc/link', 'created etc/new', 'replaced etc/issue']);
    assert.deepEqual((await partial(lab, tree)).said, []);
  });
});

test('a path made by a run that was killed after its renames is known as ours', async () => {
  await withLab('/var/tmp', async (lab) => {
    const before = await wholeTree(lab);
    await full(lab, before);
    put(lab.site, 'etc/new', 'new\n');
    linkSync(join(lab.site, 'etc/new'), join(lab.site, 'etc/newer'));
    // What comes before deletions is after the renames, and before the state database.
    const dying = () => Promise.reject(new Error('power cut'));
    await assert.rejects(partial(lab, await wholeTree(lab), { beforeDeletions: dying }), /power cut/);
    assert.equal(readFileSync(join(lab.target, 'etc/newer'), 'utf8'), 'new\n');
    const result = await partial(lab, before);
    assert.deepEqual([result.said, result.notices], [['deleted etc/new', 'deleted etc/newer'], []]);
  });
});
