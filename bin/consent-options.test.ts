import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Command } from 'commander';
import { addConsentOptions } from './commands/consent-options.ts';

function parse(...words: string[]): unknown {
  const command = addConsentOptions(new Command('arm'))
    .exitOverride()
    .configureOutput({ writeErr: () => {} });
  return command.parse(words, { from: 'user' }).opts()['initData'];
}

test('--init-data is repeated or has commas, and names each partition once', () => {
  assert.equal(parse(), undefined);
  assert.deepEqual(parse('--init-data', 'h'), ['h']);
  assert.deepEqual(parse('--init-data=h, disk1h', '--init-data', 'h'), ['h', 'disk1h']);
  for (const word of ['H', '', 'h,', 'disk0/h', '8'])
    assert.throws(() => parse(`--init-data=${word}`), /is not a partition/);
});
