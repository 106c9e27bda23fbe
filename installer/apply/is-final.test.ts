import assert from 'node:assert/strict';
import { test } from 'node:test';
import { RefusedError } from '../../contract/client.ts';
import { FaultsError, UserError } from '../../lib/errors.ts';
import { CommandError } from '../../lib/run-command.ts';
import { fetchBytes, fetchPack } from '../../packagelink/contents/fetch.ts';
import { isFinal } from './is-final.ts';

const PACK = { sha256: '0'.repeat(64), sizeBytes: 3, rawBytes: 3 };

async function errorOf(work: Promise<unknown>): Promise<unknown> {
  return work.then(
    () => assert.fail('it did not fail'),
    (error: unknown) => error,
  );
}

const refused = new RefusedError('GET /store/packs/0', 404, 'not in the package store');

const CASES: readonly [what: string, error: () => unknown, final: boolean][] = [
  ['faults of the description', () => new FaultsError('planning', []), true],
  ['bad input', () => new UserError('no such OS', { exitCode: 2 }), true],
  ['a pack with wrong bytes', () => errorOf(fetchPack(async () => new Uint8Array([1, 2, 3]), PACK)), true],
  ['a pack that the server refuses', () => errorOf(fetchBytes(async () => Promise.reject(refused), 'packs/0')), true],
  [
    'a server that stays away',
    () => errorOf(fetchBytes(async () => Promise.reject(new UserError('no answer')), 'packs/0')),
    false,
  ],
  ['a program that failed', () => new CommandError(['mkfs.ext4', '/dev/vda1'], 'exit code 1', undefined), false],
  ['a defect', () => new TypeError('undefined is not a function'), false],
];

for (const [what, error, final] of CASES) {
  test(`${what}: ${final ? 'final' : 'may be tried again'}`, async () => {
    assert.equal(isFinal(await error()), final);
  });
}
