import assert from 'node:assert/strict';
import { test } from 'node:test';
import { formatCapabilities, parseCapabilities } from './file-capabilities.ts';

// What getfattr shows after setcap of libcap 2.66 with the same text.
const sound: [text: string, value: string][] = [
  ['cap_net_raw=ep', '0100000200200000000000000000000000000000'],
  ['cap_net_raw+ep', '0100000200200000000000000000000000000000'],
  ['cap_net_raw,cap_net_admin=p', '0000000200300000000000000000000000000000'],
  ['cap_chown=i cap_kill=p', '0000000220000000010000000000000000000000'],
  ['cap_checkpoint_restore,cap_syslog=eip', '0100000200000000000000000401000004010000'],
];

for (const [text, value] of sound) {
  test(`parseCapabilities: ${text}`, () => {
    assert.deepEqual(parseCapabilities(text), { value: Buffer.from(value, 'hex').toString('base64') });
  });
}

const faulty: [text: string, fault: RegExp][] = [
  ['cap_net_rwa=ep', /'cap_net_rwa' is not a capability/],
  ['net_raw=ep', /'net_raw' is not a capability/],
  ['cap_net_raw', /not of the form/],
  ['=ep', /not of the form/],
  ['', /not of the form/],
  ['cap_net_raw=x', /not of the form/],
  ['cap_net_raw=ep cap_kill=p', /e must be given for all/],
];

for (const [text, fault] of faulty) {
  test(`parseCapabilities: refuses '${text}'`, () => {
    const parsed = parseCapabilities(text);
    assert.match('fault' in parsed ? parsed.fault : '', fault);
  });
}

test('formatCapabilities: what parseCapabilities has read', () => {
  for (const [, hex] of sound) {
    const value = Buffer.from(hex, 'hex').toString('base64');
    assert.deepEqual(parseCapabilities(formatCapabilities(value) ?? ''), { value });
  }
});

for (const [what, hex] of [
  ['nothing', ''],
  ['of no capability', '0000000200000000000000000000000000000000'],
  ['of revision 3', '0100000300200000000000000000000000000000e8030000'],
  ['of a capability without a name', '0100000200000000000000000000008000000000'],
  ['with another flag', '0300000200200000000000000000000000000000'],
] as const) {
  test(`formatCapabilities: a value ${what} cannot be said`, () => {
    assert.equal(formatCapabilities(Buffer.from(hex, 'hex').toString('base64')), undefined);
  });
}
