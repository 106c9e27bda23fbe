import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parseHostOptions } from './parse-host-options.ts';

test('values get the one spelling that is written', () => {
  assert.deepEqual(
    parseHostOptions({
      ip: ' FE80:0::1',
      mac: 'aabb.c0d2.e4f6',
      hostname: 'Node1',
      notes: ' a\n  <b> ',
      bootmaster: '10.0.0.1',
    }),
    { ip: 'fe80::1', mac: 'AA:BB:C0:D2:E4:F6', hostname: 'Node1', notes: 'a <b>', bootmaster: '10.0.0.1' },
  );
});

test('notes and bootmaster may be empty, which is none', () => {
  const options = { ip: '10.0.0.1', notes: ' ', bootmaster: '' };
  assert.deepEqual(parseHostOptions(options), { ip: '10.0.0.1', notes: '', bootmaster: '' });
});

const wrong: readonly [Parameters<typeof parseHostOptions>[0], RegExp][] = [
  [{}, /a host needs --ip, --mac, --hostname/],
  [{ notes: 'x' }, /a host needs/],
  [{ ip: '10.0.0.256' }, /--ip '10\.0\.0\.256' is not an IP address/],
  [{ ip: '10.0.0.1/24' }, /--ip/],
  [{ ip: '' }, /--ip/],
  [{ mac: 'aa:bb:cc:dd:ee' }, /--mac/],
  [{ mac: '01:00:5e:00:00:01' }, /--mac/],
  [{ mac: '00:00:00:00:00:00' }, /--mac/],
  [{ hostname: 'a b' }, /--hostname/],
  [{ hostname: 'a&b' }, /--hostname/],
  [{ ip: '1.1.1.1', notes: 'a\0b' }, /--notes 'a\?b'/],
  [{ ip: '1.1.1.1', notes: '\ud800' }, /--notes/],
  [{ ip: 'x', mac: 'y', bootmaster: 'z' }, /--ip 'x'.*\n--mac 'y'.*\n--bootmaster 'z'/],
];

test('everything that is wrong is named', () => {
  for (const [options, message] of wrong) {
    assert.throws(() => parseHostOptions(options), { name: 'UserError', exitCode: 2, message });
  }
});
