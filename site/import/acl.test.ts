import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as fc from 'fast-check';
import { decodeAcl, encodeAcl, isExtended, modeOfAcl, modeWithoutAcl, parseAcl } from './acl.ts';

const id = fc.integer({ min: 0, max: 0xffff_fffe }).map(String);
const bits = fc.integer({ min: 0, max: 7 });
const named = (tag: 'user' | 'group') =>
  fc
    .uniqueArray(id, { maxLength: 4 })
    .chain((ids) => fc.tuple(...ids.map((who) => bits.map((b) => ({ tag, who, bits: b })))));
const base = (tag: 'user' | 'group' | 'mask' | 'other') => bits.map((b) => ({ tag, who: '', bits: b }));
const acls = fc
  .tuple(base('user'), named('user'), base('group'), named('group'), base('mask'), base('other'))
  .map(([user, users, group, groups, mask, other]) => [user, ...users, group, ...groups, mask, other]);

test('acl: what is encoded is decoded, and means the same as text', () => {
  const letters = (value: number) => `${value & 4 ? 'r' : '-'}${value & 2 ? 'w' : '-'}${value & 1 ? 'x' : '-'}`;
  fc.assert(
    fc.property(acls, (acl) => {
      const text = acl.map(({ tag, who, bits: value }) => `${tag}:${who}:${letters(value)}`).join('\n');
      assert.deepEqual(parseAcl(text), acl);
      const encoded = encodeAcl(acl);
      const sorted = encoded && decodeAcl(encoded);
      const order = (entries: typeof acl) => entries.map((entry) => JSON.stringify(entry)).toSorted();
      assert.deepEqual(order(sorted as typeof acl), order(acl));
    }),
  );
});

test('acl: what is none', () => {
  const whole = 'user::rwx,group::r-x,other::---';
  assert.deepEqual(parseAcl(`u::rwx # owner\ng::r-x\n\no::---`), parseAcl(whole));
  for (const text of [
    '',
    'user::rwx',
    `${whole},user:7:r--`,
    `${whole},user::r--`,
    `${whole},mask:7:r--`,
    'user::rwz,group::r-x,other::---',
    'owner@:r:allow',
  ]) {
    assert.equal(parseAcl(text), undefined, text);
  }
  const bytes = encodeAcl(parseAcl(whole) ?? []) ?? Buffer.alloc(0);
  for (const value of [
    Buffer.alloc(0),
    bytes.subarray(0, -1),
    Buffer.concat([Buffer.from([1, 0, 0, 0]), bytes.subarray(4)]),
    bytes.subarray(0, -8),
  ]) {
    assert.equal(decodeAcl(value), undefined);
  }
});

test('acl: names have no number, but for root and those that bring one', () => {
  const acl = (entry: string) => parseAcl(`user::rw-,${entry},group::r--,mask::rw-,other::---`) ?? [];
  assert.equal(encodeAcl(acl('user:lisa:rw-')), undefined);
  assert.deepEqual(encodeAcl(acl('user:lisa:rw-:502')), encodeAcl(acl('user:502:rw-')));
  assert.deepEqual(encodeAcl(acl('user:root:rw-')), encodeAcl(acl('user:0:rw-')));
});

test('acl: its mode, and the mode without it', () => {
  const acl = parseAcl('user::rw-,user:7:rw-,group::r--,mask::rw-,other::---') ?? [];
  assert.deepEqual([modeOfAcl(acl), modeWithoutAcl(acl), isExtended(acl)], [0o660, 0o640, true]);
  const narrow = parseAcl('user::rwx,group::rwx,mask::--x,other::r--') ?? [];
  assert.deepEqual([modeOfAcl(narrow), modeWithoutAcl(narrow)], [0o714, 0o714]);
  assert.equal(isExtended(parseAcl('user::rw-,group::r--,other::---') ?? []), false);
});
