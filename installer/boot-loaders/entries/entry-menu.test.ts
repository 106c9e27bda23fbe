import assert from 'node:assert/strict';
import { test } from 'node:test';
import { FaultsError } from '../../../lib/errors.ts';
import { debian } from '../../systems/debian.ts';
import { isOwnMenu } from '../own-menu.ts';
import { MIRROR, sampleLayout } from '../testing/sample-layout.ts';
import { entryName, parseEntryMenu, renderEntryMenu } from './entry-menu.ts';

const PATH = '/boot/loader/gutinteg.conf';
const kernel = (release: string) => ({ release, ...debian.kernelFiles(release) });
const menuOf = (...releases: string[]) =>
  renderEntryMenu({
    layout: sampleLayout(MIRROR, 'uefi'),
    rootArguments: ['root=UUID=R', 'rootflags=subvol=@'],
    kernels: releases.map(kernel),
    title: "debian '12'",
    consoles: ['tty0', 'ttyS0,115200'],
    paths: debian.bootPaths,
  });

test('what is rendered is read again, in its order, and is known as our own', () => {
  const { path, content } = menuOf('6.1.0-9-amd64', '6.0');
  assert.deepEqual([path, isOwnMenu(content), isOwnMenu(`${content}options quiet\n`)], [PATH, true, false]);
  const options = 'root=UUID=R rootflags=subvol=@ ro console=tty0 console=ttyS0,115200';
  assert.deepEqual(parseEntryMenu(content, path), [
    {
      title: 'debian 12 (Linux 6.1.0-9-amd64)',
      version: '6.1.0-9-amd64',
      linux: '/boot/vmlinuz-6.1.0-9-amd64',
      initrd: '/boot/initrd.img-6.1.0-9-amd64',
      options,
    },
    {
      title: 'debian 12 (Linux 6.0)',
      version: '6.0',
      linux: '/boot/vmlinuz-6.0',
      initrd: '/boot/initrd.img-6.0',
      options,
    },
  ]);
});

const ENTRY = 'title x\nlinux /boot/k\ninitrd /boot/i\noptions ro\n';

test('a menu of a person may have comments and blanks, and no version', () => {
  const [entry] = parseEntryMenu(`# mine\n\n\n  ${ENTRY.replaceAll(' ', '\t')}# end`, PATH);
  assert.deepEqual(entry, { title: 'x', linux: '/boot/k', initrd: '/boot/i', options: 'ro' });
});

for (const { text, expected } of [
  { text: '', expected: [`${PATH}: it has no entry`] },
  {
    text: 'title x\nlinux /boot/k\n',
    expected: [`${PATH}:1: the entry has no initrd`, `${PATH}:1: the entry has no options`],
  },
  {
    text: `${ENTRY}devicetree /boot/d\n`,
    expected: [`${PATH}:5: expected one of title, version, linux, initrd, options`],
  },
  { text: `${ENTRY}linux /boot/l\n`, expected: [`${PATH}:5: a second linux in one entry`] },
  { text: ENTRY.replace('/boot/k', '/boot/../k'), expected: [`${PATH}:2: linux: expected an absolute path`] },
  { text: ENTRY.replace('/boot/i', 'boot/i'), expected: [`${PATH}:3: initrd: expected an absolute path`] },
  { text: `${ENTRY}\n${ENTRY}`, expected: [`${PATH}:6: another entry has the same version`] },
]) {
  test(`every fault is named with its line: ${JSON.stringify(text)}`, () => {
    assert.throws(
      () => parseEntryMenu(text, PATH),
      (error) => {
        assert.ok(error instanceof FaultsError);
        const found = error.faults.map(({ where, message }) => `${where}: ${message}`);
        for (const each of expected)
          assert.ok(
            found.some((one) => one.startsWith(each)),
            `${each}, found ${found.join()}`,
          );
        return true;
      },
    );
  });
}

test('names of entries: no count of tries, no two that FAT takes for one', () => {
  assert.equal(entryName({ version: '6.1.0-rc1+3' }), 'gutinteg-6.1.0-rc1_3');
  assert.equal(entryName({ version: '6.1-RT' }), entryName({ version: '6.1-rt' }));
  assert.equal(entryName({}), 'gutinteg-linux');
});
