import assert from 'node:assert/strict';
import { test } from 'node:test';
import { geometryOf, parseDiskSelector, selectSerial, serialOfSelector } from './disk-selector.ts';
import { disk } from './testing/disk.ts';

const fits = (selector: string, serial: string): boolean => {
  const criteria = parseDiskSelector(selector);
  assert.ok(typeof criteria !== 'string', String(criteria));
  return criteria.every((criterion) => criterion(disk({ serial })) === undefined);
};

const cases: [selector: string, serial: string, fits: boolean][] = [
  ['serial:S1', 'S1', true],
  ['serial:S1', 'S2', false],
  ['serial:"WD-A 12"', 'WD-A 12', true],
  ["serial:'WD-A 12' rotational:no", 'WD-A 12', true],
  ['"serial:WD-A 12"', 'WD-A 12', true],
  ['serial:"WD-A 12"', 'WD-A', false],
  // udev's spelling on one side, the disk's own on the other.
  ['serial:WD-A_12', 'WD-A 12', true],
  ['serial:"WD-A 12"', 'WD-A_12', true],
  ['serial:"A  1"', 'A 1', true],
];
for (const [selector, serial, expected] of cases) {
  test(`${selector} ${expected ? 'is' : 'is not'} '${serial}'`, () => assert.equal(fits(selector, serial), expected));
}

for (const selector of ['serial:"WD-A 12', "serial:WD-A 12'", 'serial:WD-A 12']) {
  test(`refused: ${selector}`, () => assert.equal(typeof parseDiskSelector(selector), 'string'));
}

test('the serial number of a selector, and a selector of a serial number', () => {
  assert.equal(serialOfSelector('rotational:no serial:"WD-A 12"'), 'WD-A 12');
  assert.equal(serialOfSelector('size:1T-'), undefined);
  for (const serial of ['S1', 'WD-A 12']) assert.equal(serialOfSelector(selectSerial(serial)), serial);
  assert.deepEqual(geometryOf('serial:"A 1" geometry:14x72'), { heads: 14, sectorsPerTrack: 72 });
});

test('a name of the kernel alone is answered with the word that it lacks', () => {
  assert.match(String(parseDiskSelector('/dev/sda')), /write path:\/dev\/sda, or better serial:…/);
});
