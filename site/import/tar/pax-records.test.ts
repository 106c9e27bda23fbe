import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as fc from 'fast-check';
import { record } from '../sample-tar.ts';
import { parsePaxNumber, parsePaxRecords, parsePaxTime } from './pax-records.ts';

test('pax records: what was written is read, whatever bytes the values are', () => {
  const key = fc.string({ minLength: 1 }).filter((text) => !text.includes('='));
  const value = fc.uint8Array({ maxLength: 200 });
  fc.assert(
    fc.property(fc.array(fc.tuple(key, value)), (pairs) => {
      const bytes = Buffer.concat(pairs.map(([name, content]) => record(name.toWellFormed(), Buffer.from(content))));
      const expected = pairs.map(([name, content]) => ({ key: name.toWellFormed(), value: Buffer.from(content) }));
      assert.deepEqual(parsePaxRecords(bytes), expected);
    }),
  );
});

for (const text of [
  '5 a=b\n',
  '7 a=b\n',
  '6 a=bc',
  '6 ab=\n\n',
  'x a=b\n',
  '6 =ab\n',
  '06 a=b\n',
  '6 abc\n',
  '6 a=b\n\0',
  '99999999999 a=b\n',
]) {
  test(`pax records: ${JSON.stringify(text)} is damaged`, () => {
    assert.equal(parsePaxRecords(Buffer.from(text)), undefined);
  });
}

test('pax records: times are exact to the nanosecond', () => {
  const cases = {
    '1704067200': [1_704_067_200, 0],
    '1704067200.5': [1_704_067_200, 500_000_000],
    '1704067200.123456789': [1_704_067_200, 123_456_789],
    '1.0000000019': [1, 1],
    '-1.5': [-2, 500_000_000],
    '0.': [0, 0],
  };
  for (const [text, [seconds, nanoseconds]] of Object.entries(cases)) {
    assert.deepEqual(parsePaxTime(text), { seconds, nanoseconds });
  }
  for (const text of ['', 'x', '.5', '1e9', '1,5', '9999999999999999']) assert.equal(parsePaxTime(text), undefined);
  assert.deepEqual(['0', '17', '-1', '1.0', ''].map(parsePaxNumber), [0, 17, undefined, undefined, undefined]);
});
