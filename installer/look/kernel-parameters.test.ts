import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parseKernelParameters, parseMediumParameters } from './kernel-parameters.ts';

const token = 'ab'.repeat(32);

test('the parameters of the netboot server', () => {
  const line = `gutinteg.server=http://10.77.0.1:8080/ gutinteg.mac=52-54-00-77-00-01 gutinteg.token=${token} console=tty0 console=ttyS0,115200\n`;
  assert.deepEqual(parseKernelParameters(line), {
    serverUrl: 'http://10.77.0.1:8080',
    mac: '52:54:00:77:00:01',
    token,
    consoles: ['tty0', 'ttyS0,115200'],
  });
});

test('everything that is missing or wrong is named at once', () => {
  assert.throws(
    () => parseKernelParameters('gutinteg.server=ftp://x gutinteg.mac=nonsense console=/etc/passwd'),
    (error) => {
      assert(error instanceof Error);
      for (const name of ['serverUrl', 'token', 'mac', 'consoles']) assert.match(error.message, new RegExp(name));
      return true;
    },
  );
});

test('the parameters of a medium; none after a network boot', () => {
  const line = 'gutinteg.medium=0123456789abcdef gutinteg.offline console=tty0 quiet';
  const expected = { buildId: '0123456789abcdef', isAgain: false, consoles: ['tty0'] };
  assert.deepEqual(parseMediumParameters(line), expected);
  assert.deepEqual(parseMediumParameters(`${line} gutinteg.again`), { ...expected, isAgain: true });
  assert.equal(parseMediumParameters('gutinteg.server=http://10.77.0.1 gutinteg.again'), undefined);
  assert.throws(() => parseMediumParameters('gutinteg.medium=../x'), /buildId/);
});
