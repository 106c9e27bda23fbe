import assert from 'node:assert/strict';
import { test } from 'node:test';
import { planCertificate, renderConfiguration } from './plan-certificate.ts';

const files = { key: '/k', configuration: '/c', certificate: '/o' };

test('names and addresses are told apart', () => {
  const text = renderConfiguration({ names: ['fleet.example', '192.0.2.1', '2001:db8::1'], days: 1 });
  assert.match(text, /DNS\.1 = fleet\.example\nIP\.2 = 192\.0\.2\.1\nIP\.3 = 2001:db8::1\n/);
  assert.match(text, /commonName = fleet\.example\n/);
});

for (const name of ['', 'a b', 'x\nIP.9 = 192.0.2.9', '-a', 'é.example']) {
  test(`${JSON.stringify(name)} is no name`, () => {
    assert.throws(() => renderConfiguration({ names: [name], days: 1 }), /neither a name of a host nor an address/);
  });
}

for (const days of [0, -1, 1.5, 36_501, Number.NaN]) {
  test(`${days} days are refused`, () => {
    assert.throws(() => planCertificate({ names: ['a'], days }, files), /is no number of days/);
  });
}
