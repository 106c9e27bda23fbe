import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { UserError } from '../lib/errors.ts';
import type { Mac } from '../lib/mac.ts';
import { parseMachdb } from './parse.ts';
import { findByMac } from './find-machine.ts';
import { machineNames, macsOf } from './query.ts';

function parse(text: string) {
  return parseMachdb([{ path: 'a.db', text }]);
}

test('a machine is an object with a MAC, IP or IP6 of its own', () => {
  const db = parse(
    'mac:\nMAC=1:2:3:4:5:6\nip:\nIP=1.2.3.4\nip6:\nIP6=2001:db8::1\nempty6:\nIP6=\nadded:\nMAC+=1:2:3:4:5:7\nheir: mac\nA=1\nempty:\nIP=\nremoved: mac\nMAC-=x\n' +
      'nic:\nNIC_a_MAC=1:2:3:4:5:8\nclass:\nNETMASK=1',
  );
  assert.deepEqual(machineNames(db), ['mac', 'ip', 'ip6', 'added']);
});

test('the MACs of a record, canonical and once', () => {
  const record = {
    NIC_b_MAC: '0:0:0:0:0:3',
    MAC: '00-00-00-00-00-0A nonsense 0000.0000.000B',
    NIC_a_MAC: '0:0:0:0:0:a',
    NIC__MACS: '0:0:0:0:0:4',
  };
  assert.deepEqual(macsOf(record), ['00:00:00:00:00:0a', '00:00:00:00:00:0b', '00:00:00:00:00:03']);
  assert.deepEqual(macsOf({}), []);
});

suite('findByMac', () => {
  const db = parse(
    'one:\nMAC=52:54:00:77:00:0A 52:54:0:77:0:B\nNIC_x_MAC=5254.0077.000c\n' +
      'two: suffix\nMAC=52:54:00:77:00:0${LAST}\nsuffix:\nLAST=d\n' +
      'broken:\nMAC=52:54:00:77:00:0e\nA=${X}\n' +
      'clone: one\nIP=1.2.3.4\n',
  );
  const table: [mac: string, name: string | undefined][] = [
    ['52:54:00:77:00:0d', 'two'],
    ['52:54:00:77:00:0e', 'broken'],
    ['52:54:00:77:00:0f', undefined],
  ];
  for (const [mac, name] of table) test(`${mac} is ${name}`, () => assert.equal(findByMac(db, mac as Mac), name));

  test('two machines with one address: none is picked', () => {
    for (const last of ['a', 'b', 'c']) {
      assert.throws(
        () => findByMac(db, `52:54:00:77:00:0${last}` as Mac),
        (error) => error instanceof UserError && error.message.endsWith(`0${last}: one, clone`),
      );
    }
  });
});
