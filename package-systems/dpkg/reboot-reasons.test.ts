import assert from 'node:assert/strict';
import { test } from 'node:test';
import { answer } from '../recorded-answer.ts';
import { rebootReasons } from './reboot-reasons.ts';

const IMAGES = `linux-image-6.1.0-9-amd64	6.1.27-1	installed
linux-image-6.1.0-25-amd64	6.1.106-3	installed
linux-image-6.1.0-26-amd64	6.1.112-1	config-files
linux-image-amd64	6.1.106-3	installed
`;
const VERSION = (of: string): string =>
  `Linux version 6.1.0-25-amd64 (debian-kernel@lists.debian.org) (gcc-12) #1 SMP PREEMPT_DYNAMIC Debian ${of} (2024-08-26)\n`;

for (const { what, running, images = IMAGES, version = VERSION('6.1.106-3'), reasons } of [
  { what: 'the newest kernel runs', running: '6.1.0-25-amd64', reasons: [] },
  {
    what: 'a newer kernel is installed',
    running: '6.1.0-9-amd64',
    reasons: ['kernel 6.1.0-25-amd64 is installed, and 6.1.0-9-amd64 is running'],
  },
  {
    what: 'the same kernel is installed in a newer version',
    running: '6.1.0-25-amd64',
    version: VERSION('6.1.99-1'),
    reasons: ['kernel 6.1.0-25-amd64 is installed in version 6.1.106-3, and 6.1.99-1 is running'],
  },
  { what: 'a kernel that no package has brought', running: '6.18.44', version: 'Linux version 6.18.44\n', reasons: [] },
  { what: 'a container', running: '6.1.0-9-amd64', images: '', reasons: [] },
]) {
  test(what, () => {
    assert.deepEqual(answer(rebootReasons, [`${running}\n`, images], [undefined, undefined, version]), reasons);
  });
}

test('packages that have asked, named once, and also without names', () => {
  const asked = (required: string, packages: string | undefined): readonly string[] =>
    answer(rebootReasons, ['6.1.0-25-amd64\n', IMAGES], [required, packages, '']);
  assert.deepEqual(asked('*** System restart required ***\n', 'libc6\ndbus\nlibc6\n'), ['asked for by libc6, dbus']);
  assert.deepEqual(asked('', undefined), ['a package has asked for a restart']);
});
