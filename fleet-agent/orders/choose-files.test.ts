import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { PackageFileSource } from '../../contract/fleet/jobs/action.ts';
import { packageSystems } from '../../package-systems/all.ts';
import { chooseFiles } from './choose-files.ts';

const file = (fileName: string): PackageFileSource => {
  const [name = '', version = '', arch = ''] = fileName.replace(/\.(deb|rpm)$/, '').split('_');
  return { sha256: '0'.repeat(64), bytes: 1, fileName, name, version, arch };
};

const cases: readonly (readonly [what: string, files: string, chosen: string | RegExp])[] = [
  ['those of its own system', 'a_1_all.deb a_1_noarch.rpm', 'a_1_all.deb'],
  ['those of its architectures', 'a_1_amd64.deb b_1_arm64.deb', 'a_1_amd64.deb'],
  ['its own architecture before a foreign one', 'a_1_i386.deb a_1_amd64.deb', 'a_1_amd64.deb'],
  ['the newest version, by the order of the system', 'a_9_all.deb a_10_all.deb', 'a_10_all.deb'],
  ['one of each name', 'a_1_all.deb b_1_all.deb', 'a_1_all.deb b_1_all.deb'],
  [
    'none',
    'a_1_arm64.deb a_1_noarch.rpm',
    /has dpkg and packages of amd64, i386: a_1_arm64\.deb \(arm64\), a_1_noarch\.rpm/,
  ],
];

for (const [what, files, chosen] of cases) {
  test(`of the files of an order, a host takes ${what}`, () => {
    const dpkg = packageSystems.find(({ name }) => name === 'dpkg');
    assert.ok(dpkg !== undefined);
    const choose = () => chooseFiles(files.split(' ').map(file), dpkg, ['amd64', 'i386', 'all']);
    if (typeof chosen !== 'string') return assert.throws(choose, chosen);
    assert.equal(
      choose()
        .map(({ fileName }) => fileName)
        .join(' '),
      chosen,
    );
  });
}
