import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Command } from 'commander';
import { addConsentOptions } from './commands/consent-options.ts';

function options(...words: string[]): Record<string, unknown> {
  const command = addConsentOptions(new Command('arm'))
    .exitOverride()
    .configureOutput({ writeErr: () => {} });
  return command.parse(words, { from: 'user' }).opts();
}

const parse = (...words: string[]): unknown => options(...words)['initData'];

test('--known-empty is repeated, keeps blanks inside, and names each disk once', () => {
  const serials = (...words: string[]): unknown => options(...words)['knownEmpty'];
  assert.equal(serials(), undefined);
  assert.deepEqual(serials('--known-empty', ' WD 47 ', '--known-empty=WD 47', '--known-empty=S,1'), ['WD 47', 'S,1']);
  for (const word of ['', ' ', 'a\nb']) assert.throws(() => serials(`--known-empty=${word}`), /is not a serial number/);
});

test('--init-data is repeated or has commas, and names each partition once', () => {
  assert.equal(parse(), undefined);
  assert.deepEqual(parse('--init-data', 'h'), ['h']);
  assert.deepEqual(parse('--init-data=h, disk1h', '--init-data', 'h'), ['h', 'disk1h']);
  for (const word of ['H', '', 'h,', 'disk0/h', '8'])
    assert.throws(() => parse(`--init-data=${word}`), /is not a partition/);
});
