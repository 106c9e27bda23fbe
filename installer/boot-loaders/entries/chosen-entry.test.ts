import assert from 'node:assert/strict';
import { test } from 'node:test';
import { noticeChosenEntry } from './chosen-entry.ts';

const entry = (version: string) => {
  return { title: `debian 12 (Linux ${version})`, version, linux: '/boot/k', initrd: '/boot/i', options: 'ro' };
};
const entries = [entry('6.1.0-10-amd64'), entry('6.1.0-9-amd64')];
const variable = (text: string) => Buffer.concat([Buffer.from([7, 0, 0, 0]), Buffer.from(text, 'utf16le')]);

for (const { what, bytes, expected } of [
  {
    what: 'an older kernel',
    bytes: variable('gutinteg-6.1.0-9-amd64.conf\0'),
    expected:
      /^systemd-boot starts debian 12 \(Linux 6\.1\.0-9-amd64\), and not debian 12 \(Linux 6\.1\.0-10-amd64\): /,
  },
  {
    what: 'one in other letters, without a NUL',
    bytes: variable('Gutinteg-6.1.0-9-AMD64.conf'),
    expected: /^systemd-/,
  },
  { what: 'what is started anyway', bytes: variable('gutinteg-6.1.0-10-amd64.conf\0'), expected: /^$/ },
  { what: 'one that is gone, which systemd-boot passes over', bytes: variable('arch.conf\0'), expected: /^$/ },
  { what: 'nothing, said by a variable', bytes: variable('\0'), expected: /^$/ },
  { what: 'half a variable', bytes: Buffer.from([7]), expected: /^$/ },
  { what: 'nothing', bytes: undefined, expected: /^$/ },
]) {
  test(`chosen in the menu for all starts: ${what}`, () => {
    assert.match(noticeChosenEntry(bytes, entries).join('\n'), expected);
  });
}
