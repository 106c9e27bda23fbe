import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parseMachdb } from '../parse.ts';
import { exportFormats } from './formats.ts';
import { updateDocument } from './update-document.ts';
import { zoneSerial } from './zone-text.ts';

const zones = 'z:\n ZONE=lab.example\n NS=ns.other.example\n';
const database = (ip: string) => parseMachdb([{ path: 'x.db', text: `${zones}a:\n DOMAIN=lab.example\n IP=${ip}\n` }]);
const nowSeconds = 1_795_000_000;

function update(ip: string, options: { previous?: string; serial?: number; nowSeconds?: number }) {
  const previous = options.previous === undefined ? undefined : Buffer.from(options.previous);
  const all = { settings: {}, nowSeconds, ...options, previous };
  const { chunks, ...rest } = updateDocument(database(ip), exportFormats.dns, all);
  return { text: Buffer.concat(chunks).toString(), ...rest };
}

test('a zone that is equal but for its serial keeps the old one', () => {
  const first = update('10.0.0.1', {});
  assert.equal(first.serial, nowSeconds);
  const second = update('10.0.0.1', { previous: first.text, nowSeconds: nowSeconds + 99 });
  assert.deepEqual(second, { ...first, changed: false });
});

test('a zone that has changed has a later serial, also when the clock has gone back', () => {
  const first = update('10.0.0.1', {});
  const second = update('10.0.0.2', { previous: first.text, nowSeconds: 5 });
  assert.equal(second.serial, nowSeconds + 1);
  const { text } = update('10.0.0.2', { serial: nowSeconds + 1 });
  assert.deepEqual(second, { text, serial: nowSeconds + 1, changed: true, warnings: [] });
});

test('a later serial that is asked for is a change, the same is none, any other cannot be set', () => {
  const previous = update('10.0.0.1', {}).text;
  const later = update('10.0.0.1', { previous, serial: nowSeconds + 5 });
  assert.deepEqual([later.changed, later.serial, zoneSerial.read(later.text)], [true, nowSeconds + 5, nowSeconds + 5]);
  const { changed, text } = update('10.0.0.1', { previous, serial: nowSeconds });
  assert.deepEqual([changed, text], [false, previous]);
  for (const serial of [nowSeconds - 5, (nowSeconds + 2 ** 31) % 2 ** 32]) {
    assert.throws(() => update('10.0.0.1', { previous, serial }), /must be greater than the current serial/);
  }
});

test('text behind the old end, or a part missing, is a change', () => {
  const { text } = update('10.0.0.1', {});
  for (const previous of [`${text}b IN A 10.0.0.9\n`, text.slice(0, -1)]) {
    assert.equal(update('10.0.0.1', { previous }).changed, true);
  }
});

test('the serial of a zone that was written by hand goes on', () => {
  const previous = '$TTL 1h ; SOA a. b. 1\n@ 3600 IN soa ns.x.\n hostmaster.x. (2026112105 3h 1h 1w 1h)\n';
  assert.equal(update('10.0.0.1', { previous }).serial, 2_026_112_106);
});

test('the serial is found behind any number of comments', () => {
  const previous = `${'; a word\n'.repeat(20_000)}@ IN SOA ( ns. h. 2026112105 1 1 1 1 )\n`;
  assert.equal(update('10.0.0.1', { previous }).serial, 2_026_112_106);
});

test('an old file that is no zone is not overwritten', () => {
  assert.throws(() => update('10.0.0.1', { previous: 'root:x:0:0\n' }), /no SOA record/);
});

test('a format without a serial is compared as a whole', () => {
  const options = { settings: {}, nowSeconds };
  const { chunks } = updateDocument(database('10.0.0.1'), exportFormats.hosts, options);
  const previous = Buffer.concat(chunks);
  assert.equal(updateDocument(database('10.0.0.1'), exportFormats.hosts, { ...options, previous }).changed, false);
  assert.equal(updateDocument(database('10.0.0.2'), exportFormats.hosts, { ...options, previous }).changed, true);
});

const soas: [string, number | undefined][] = [
  ['@ IN SOA a. b. 7 1 1 1 1', 7],
  ['@ IN SOA a. b. ( 4294967295 1 1 1 1 )', 4_294_967_295],
  ['@ IN SOA a. b. (\n ; 5 was old\n 7 ; serial', 7],
  ['@ IN SOA a. b. 4294967296 1', undefined],
  ['@ IN SOA a. b. 7x', undefined],
  ['; @ IN SOA a. b. 7', undefined],
  ['', undefined],
];
for (const [text, serial] of soas) {
  test(`the serial of ${JSON.stringify(text)}`, () => assert.equal(zoneSerial.read(text), serial));
}
