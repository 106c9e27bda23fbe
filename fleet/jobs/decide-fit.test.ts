import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { PackageChangeRecord } from '../../contract/fleet/jobs/action.ts';
import { describeUnapproved } from './decide-fit.ts';

const change = (name: string, before: string | null, after: string | null): PackageChangeRecord => ({
  name,
  arch: 'amd64',
  before,
  after,
});
const approved = [[change('ssl', '1', '2')], [change('bash', '5', '6'), change('old', '1', null)]];

const cases: readonly (readonly [changes: PackageChangeRecord[], says: string | undefined])[] = [
  [[], undefined],
  [[change('bash', '5', '6'), change('ssl', '1', '2')], undefined],
  [[change('ssl', '1', '3')], 'ssl 1 to 3'],
  [[change('ssl', '0', '2')], 'ssl 0 to 2'],
  [
    [change('ssl', '1', '2'), change('new', null, '1'), change('bash', '5', null)],
    'new, which would be new in 1, and 1 more',
  ],
  [[change('bash', '5', null)], 'bash 5, which would go'],
];

test('only what somebody has approved is let through', () => {
  for (const [changes, says] of cases) {
    const found = describeUnapproved(changes, approved);
    const begin = 'its packages have changed since the job was approved, and it would now change ';
    assert.equal(found, says === undefined ? undefined : begin + says);
  }
});
