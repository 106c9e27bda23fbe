import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parseListen } from './parse-listen.ts';

const good: readonly [text: string, address: string, port: number][] = [
  ['0.0.0.0:8443', '0.0.0.0', 8443],
  ['[::]:0', '::', 0],
  ['[fe80::1%eth0]:8443', 'fe80::1%eth0', 8443],
];
for (const [text, address, port] of good) test(text, () => assert.deepEqual(parseListen(text), { address, port }));

for (const text of ['', '8443', '0.0.0.0', ':::8443', 'host:8443', '0.0.0.0:65536', '0.0.0.0:-1', '[0.0.0.0:1']) {
  test(`'${text}' is refused`, () => assert.throws(() => parseListen(text), /is not an address and a port/));
}
