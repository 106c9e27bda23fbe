import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { aptIndex } from './apt.ts';
import { dnfIndex } from './dnf.ts';
import { findHead, hashInName } from './all.ts';
import type { IndexKind } from './index-kind.ts';

const a = 'a'.repeat(64);
const b = 'b'.repeat(64);

const heads: readonly (readonly [path: string, head: string | undefined])[] = [
  ['dists/stable/InRelease', 'dists/stable/InRelease'],
  ['dists/stable/Release.gpg', 'dists/stable/Release'],
  ['InRelease', 'InRelease'],
  ['x/repodata/repomd.xml', 'x/repodata/repomd.xml'],
  ['repodata/repomd.xml.asc', 'repodata/repomd.xml'],
  ['pool/NotRelease', undefined],
  ['dists/stable/InRelease.gpg.deb', undefined],
  ['repomd.xml', undefined],
];

test('heads, and what belongs to them', () => {
  for (const [path, head] of heads) assert.equal(findHead(path)?.head, head, path);
});

test('a name that says the checksum', () => {
  assert.equal(hashInName(`dists/x/main/by-hash/SHA256/${a}`), a);
  assert.equal(hashInName(`repodata/${a}-primary.xml.gz`), a);
  assert.equal(hashInName(`dists/x/by-hash/SHA512/${a}`), undefined);
  assert.equal(hashInName(`pool/${a}-b.deb`), undefined);
});

const release = (more: string): string => `-----BEGIN PGP SIGNED MESSAGE-----
Hash: SHA512

Origin: Lab
Acquire-By-Hash: yes
MD5Sum:
 ${'c'.repeat(32)} 5 main/binary-amd64/Packages
SHA256:
 ${a}     5 main/binary-amd64/Packages
 ${b} 123456 main/i18n/Translation-en.xz
${more}-----BEGIN PGP SIGNATURE-----
`;

suite('apt', () => {
  test('a head', () => {
    const [list, words] = aptIndex.parseHead(release(''), 'debian/dists/stable/InRelease');
    const place = 'debian/dists/stable/main/binary-amd64';
    const fetchPath = `${place}/by-hash/SHA256/${a}`;
    const path = `${place}/Packages`;
    assert.deepEqual(list, { path, sha256: a, sizeBytes: 5, role: path, fetchPath });
    assert.equal(words?.sizeBytes, 123_456);
    assert.deepEqual(
      [list, words].map((entry) => entry && aptIndex.listing(entry)),
      ['if-asked-for', 'no'],
    );
  });
  for (const line of [` ${a} 5 ../../other/Packages`, ` ${a} x Packages`, ` ${a} 5`, ' z 5 Packages']) {
    test(`a head with ${line}`, () => {
      assert.throws(() => aptIndex.parseHead(release(`${line}\n`), 'dists/s/InRelease'), /no checksum, size and name/);
    });
  }
  test('a page of somebody else', () => {
    assert.throws(() => aptIndex.parseHead('<html>log in</html>', 'InRelease'), /no checksums of SHA256/);
  });
  test('a list, however it is cut', async () => {
    const text = `Package: a\nFilename: ./pool/a_1%3a1_all.deb\nSize: 7\nSHA256: ${a}\nDescription: a\n SHA256: no\n\n
Package: b\nSize: 1\n\nPackage: c\nFilename: ../c.deb\nSize: 7\nSHA256: ${a}\n
Package: é\nFilename: pool/é.deb\nSHA256: ${b}\nSize: 8`;
    const expected = [
      { path: 'debian/pool/a_1%3a1_all.deb', sha256: a, sizeBytes: 7 },
      { path: 'debian/pool/é.deb', sha256: b, sizeBytes: 8 },
    ];
    for (const size of [1, 7, 10_000]) {
      assert.deepEqual(await packagesOf(aptIndex, text, size, 'debian/dists/stable/InRelease'), expected);
    }
    assert.equal((await packagesOf(aptIndex, text, 100, 'stable/InRelease'))[0]?.path, 'pool/a_1%3a1_all.deb');
  });
});

const data = (type: string, checksum: string, href: string): string =>
  `<data type="${type}"><checksum type="sha256">${checksum}</checksum><open-checksum type="sha256">${b}</open-checksum>
   <location href="${href}"/><size>12</size><open-size>99</open-size></data>`;

suite('dnf', () => {
  const head = 'os/repodata/repomd.xml';
  test('a head', () => {
    const text = `<?xml version="1.0"?><repomd><revision>1</revision>${data('primary', a, 'repodata/p.xml.gz')}
      ${data('other', a, '../../x')}${data('third', 'short', 'repodata/x')}</repomd>`;
    const path = 'os/repodata/p.xml.gz';
    const entries = dnfIndex.parseHead(text, head);
    assert.deepEqual(entries, [{ path, sha256: a, sizeBytes: 12, role: 'primary', fetchPath: path }]);
    assert.equal(entries[0] && dnfIndex.listing(entries[0]), 'always');
  });
  for (const text of ['', 'hello', '<html/>', '<repomd>', '<!DOCTYPE a><repomd/>', '<repomd>&x;</repomd>']) {
    test(`a head that is ${text}`, () => assert.throws(() => dnfIndex.parseHead(text, head)));
  }
  test('a list, however it is cut', async () => {
    const item = (name: string, base: string): string =>
      `<package type="rpm"><name>${name}</name><checksum type="sha256" pkgid="YES">${a}</checksum>
       <size package="7" installed="8" archive="9"/><location ${base}href="Packages/${name}.rpm"/>
       <format><file>/x</file></format></package>`;
    const text = `<metadata packages="2">${item('é', '')}${item('b', 'xml:base="http://elsewhere.example/" ')}</metadata>`;
    for (const size of [1, 10_000]) {
      const expected = [{ path: 'os/Packages/é.rpm', sha256: a, sizeBytes: 7 }];
      assert.deepEqual(await packagesOf(dnfIndex, text, size, head), expected);
    }
    await assert.rejects(packagesOf(dnfIndex, text.slice(0, -5), 100, head));
  });
});

async function packagesOf(kind: IndexKind, text: string, size: number, head: string) {
  const bytes = Buffer.from(text);
  async function* chunks(): AsyncGenerator<Uint8Array> {
    for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size);
  }
  return Array.fromAsync(kind.readPackages(chunks(), head));
}
