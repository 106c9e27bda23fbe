import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { classlessZoneOf, ownerInClassless, parseClasslessZone } from './classless-zones.ts';
import { exportText } from './export-text.ts';

const NET = '2.0.192.in-addr.arpa';

suite('zones of networks smaller than /24', () => {
  const names: [name: string, range: string | undefined][] = [
    [`0/26.${NET}`, '0+64'],
    [`64/26.${NET}.`, '64+64'],
    [`64-26.${NET}`, '64+64'],
    [`64-127.${NET}`, '64+64'],
    [`0-31.${NET}`, '0+32'],
    [`128/25.${NET.toUpperCase()}`, '128+128'],
    [`254/31.${NET}`, '254+2'],
    [`1/26.${NET}`, undefined],
    [`0/24.${NET}`, undefined],
    [`0/32.${NET}`, undefined],
    [`256/26.${NET}`, undefined],
    [`0-62.${NET}`, undefined],
    [`0/26.0.192.in-addr.arpa`, undefined],
    [`0/26.300.0.192.in-addr.arpa`, undefined],
    [`a.${NET}`, undefined],
  ];
  for (const [name, range] of names) {
    test(name, () => {
      const zone = parseClasslessZone(name);
      assert.equal(zone && `${zone.firstOctet}+${zone.addresses}`, range);
    });
  }

  test('the name of a network, and of an address in the smallest zone that holds it', () => {
    assert.equal(classlessZoneOf('192.0.2.64/26'), `64/26.${NET}`);
    for (const other of ['192.0.2.0/24', '192.0.2.1/26', '192.0.2.0/32'])
      assert.equal(classlessZoneOf(other), undefined);
    const zones = [`0/25.${NET}`, `64/26.${NET}`, NET];
    assert.equal(ownerInClassless(`65.${NET}`, zones), `65.64/26.${NET}`);
    assert.equal(ownerInClassless(`63.${NET}`, zones), `63.0/25.${NET}`);
    assert.equal(ownerInClassless(`129.${NET}`, zones), `129.${NET}`);
  });

  test('the zone has the pointers, that of the /24 leads there', () => {
    const database = `z:\n ZONE=lab.example ${NET} 64/30.${NET}\n NS=ns.x.example\na:\n DOMAIN=lab.example\n IP=192.0.2.65\nb:\n DOMAIN=lab.example\n IP=192.0.2.2\n`;
    const records = (zone: string) =>
      exportText('reverse-dns', database, { zone }).text.split('@ IN NS ns.x.example.\n')[1];
    assert.equal(records(`64/30.${NET}`), '65 IN PTR a.lab.example.\n');
    const aliases = [64, 65, 66, 67].map((octet) => `${octet} IN CNAME ${octet}.64/30.${NET}.\n`).join('');
    assert.equal(records(NET), `64/30 IN NS ns.x.example.\n${aliases}2 IN PTR b.lab.example.\n`);
    assert.equal(exportText('reverse-dns', database, { network: '192.0.2.64/30' }).text.includes('65 IN PTR a'), true);
  });
});
