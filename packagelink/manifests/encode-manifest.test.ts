import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as fc from 'fast-check';
import { decodeManifest, encodeManifest } from './encode-manifest.ts';
import { applyDelta, decodeDelta, encodeDelta } from './manifest-delta.ts';
import type { Manifest, ManifestEntry, Pack } from '../package/manifest.ts';
import { directoryEntry, fileEntry, packageOf, symlinkEntry } from '../testing/sample-tree.ts';
import { sha256 } from '../package/digest.ts';

const metadata = fc.record({
  mode: fc.constantFrom(0o644, 0o755, 0o4755, 0),
  uid: fc.constantFrom(0, 33, 0xffff_fffe),
  gid: fc.constantFrom(0, 42),
  mtimeSeconds: fc.integer({ min: -5, max: 2_000_000_000 }),
  mtimeNanoseconds: fc.constantFrom(0, 5, 999_999_999),
});
const name = fc.constantFrom('a', 'b', 'a-b', 'ü', 'new\nline', 'q"\\', '##', '__proto__');
const path = fc.array(name, { minLength: 1, maxLength: 3 }).map((names) => names.join('/'));
const more = fc.constantFrom({}, {}, {}, { xattrs: { 'user.x': 'AA==' } });

const entry = fc
  .tuple(
    path,
    metadata,
    fc.constantFrom('file', 'file', 'file', 'directory', 'implied', 'symlink', 'template'),
    fc.nat(9),
    more,
  )
  .map(([path, meta, kind, size, more]): ManifestEntry => {
    if (kind === 'directory') return { type: 'directory', path, ...meta, ...more };
    if (kind === 'implied') return { type: 'directory', path, ...meta, implied: true };
    if (kind === 'symlink') return { ...symlinkEntry(path, 'to/somewhere'), ...meta };
    const template = kind === 'template' ? { template: { inline: ['X'], leading: [] } } : {};
    const content = { sizeBytes: size, sha256: sha256(`${path} ${size}`), chunks: [] };
    return { type: 'file', path, ...meta, ...content, ...template, ...more };
  });

/** Sorted, without what lies below something else than a directory, in packs of few files. */
const manifest = fc
  .tuple(fc.array(entry, { maxLength: 12 }), fc.integer({ min: 1, max: 4 }), fc.boolean())
  .map(([wanted, perPack, isSplit]): Manifest => {
    const byPath = new Map(wanted.map((one) => [one.path, one]));
    const parents = (path: string) =>
      path
        .split('/')
        .map((_, depth, names) => names.slice(0, depth).join('/'))
        .slice(1);
    const sound = [...byPath.values()].filter(({ path }) =>
      parents(path).every((parent) => (byPath.get(parent)?.type ?? 'directory') === 'directory'),
    );
    return placed(packageOf(sound), perPack, isSplit);
  });

function placed(manifest: Manifest, perPack: number, isSplit: boolean): Manifest {
  const packs: Pack[] = [];
  let count = 0;
  const entries = manifest.entries.map((entry): ManifestEntry => {
    if (entry.type !== 'file' || entry.sizeBytes === 0) return entry;
    if (count % perPack === 0)
      packs.push({ sha256: sha256(`${entry.path} ${entry.sha256} ${perPack}`), sizeBytes: 7, rawBytes: 9 * perPack });
    const place = { pack: packs.length - 1, offset: 9 * (count % perPack) };
    count += 1;
    const cut = isSplit ? Math.floor(entry.sizeBytes / 2) : 0;
    const parts = [
      { ...place, length: cut },
      { ...place, offset: place.offset + cut, length: entry.sizeBytes - cut },
    ];
    return { ...entry, chunks: parts.filter(({ length }) => length > 0) };
  });
  return { ...manifest, packs, entries };
}

test('manifest: what is encoded is decoded, and encoded again to the same bytes', () => {
  fc.assert(
    fc.property(manifest, (manifest) => {
      const bytes = encodeManifest(manifest);
      assert.deepEqual(decodeManifest(bytes, 'm'), manifest);
      assert.ok(encodeManifest(decodeManifest(bytes, 'm')).equals(bytes));
    }),
    { numRuns: 300 },
  );
});

test('delta: from any manifest to any other, the result is the other to the byte', () => {
  fc.assert(
    fc.property(manifest, manifest, (from, to) => {
      const made = applyDelta(from, decodeDelta(encodeDelta(from, to), 'd'), 'd');
      assert.deepEqual(made, to);
      assert.ok(encodeManifest(made).equals(encodeManifest(to)));
    }),
    { numRuns: 300 },
  );
});

test('manifest and delta: any damage is an error that is explained, or no damage at all', () => {
  const sample = packageOf([fileEntry('etc/a', 'x'), fileEntry('etc/b', 'yy'), symlinkEntry('etc/c', 'a')]);
  const delta = encodeDelta(packageOf([fileEntry('etc/a', 'x')]), sample);
  const decoders: [Buffer, (bytes: Buffer) => Manifest][] = [
    [encodeManifest(sample), (bytes) => decodeManifest(bytes, 'm')],
    [delta, (bytes) => applyDelta(packageOf([fileEntry('etc/a', 'x')]), decodeDelta(bytes, 'd'), 'd')],
  ];
  for (const [bytes, decode] of decoders) {
    fc.assert(
      fc.property(fc.nat(bytes.length - 1), fc.nat(255), (at, value) => {
        const damaged = Buffer.from(bytes);
        damaged[at] = value;
        try {
          decode(damaged);
        } catch (error) {
          assert.match((error as Error).name, /^(UserError|FaultsError)$/, String((error as Error).stack));
        }
      }),
      { numRuns: 2000 },
    );
  }
});

const sound = packageOf([fileEntry('etc/a', 'x'), fileEntry('etc/b', 'yy')]);
const unsound: [name: string, from: string | RegExp, to: string, message: RegExp][] = [
  ['a path that leaves the package', '"etc/a"', '"../a"', /"\.\.\/a" is not a path inside the package/],
  ['a huge count', /"modes":\[420,2\]/, '"modes":[420,9007199254740990]', /columns that are not 2 long/],
  ['a mode that is none', /"modes":\[420,2\]/, '"modes":[4200,2]', /4200 is not a run of whole numbers from 0 to 4095/],
  ['half a run', /"modes":\[420,2\]/, '"modes":[420,2,420]', /ends in the middle/],
  ['a pack before the first', /"packSteps":\[0,2\]/, '"packSteps":[-1,2]', /a place that is none/],
  [
    'a digest too few',
    /"sha256":"[0-9a-f]{64}([0-9a-f]{64})","packSteps/,
    '"sha256":"$1","packSteps',
    /files that are not 2/,
  ],
  ['a row without a path', '"paths":["etc",', '"paths":[', /2 paths, but 3 types/],
  ['another encoding', '"columns-1"', '"columns-2"', /encoding/],
  ['something else besides', '"encoding"', '"more":1,"encoding"', /more/],
];
for (const [name, from, to, message] of unsound) {
  test(`manifest: refused: ${name}`, () => {
    const text = encodeManifest(sound).toString();
    const changed = text.replace(from, to);
    assert.notEqual(changed, text);
    assert.throws(() => decodeManifest(Buffer.from(changed), 'm'), message);
  });
}

test('manifest: what is new in the schema needs nothing here', () => {
  const odd = packageOf([
    directoryEntry('a', { uid: 7 }),
    { ...fileEntry('a/x', 'x'), xattrs: { 'user.b': 'AA==', 'user.a': '' } },
  ]);
  const text = encodeManifest(odd).toString();
  assert.match(text, /"others":\[\{.*"xattrs":\{"user\.a":"","user\.b":"AA=="\}\}\]/);
  assert.deepEqual(decodeManifest(Buffer.from(text), 'm'), odd);
});
