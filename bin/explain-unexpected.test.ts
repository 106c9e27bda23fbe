import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { UserError } from '../lib/errors.ts';
import { explainUnexpected } from './explain-unexpected.ts';

function thrownBy(work: () => unknown): unknown {
  try {
    work();
  } catch (error) {
    return error;
  }
  return undefined;
}

const known = new UserError('known', { exitCode: 2, hint: 'do this' });
const defect = new TypeError('x is not a function');
const missing = thrownBy(() => readFileSync('/no/such/file'));

const cases: [what: string, error: unknown, env: NodeJS.ProcessEnv, message: RegExp, hint: RegExp | undefined][] = [
  ['a known error', known, {}, /^known$/, /^do this$/],
  ['an error of the system', missing, {}, /^ENOENT: no such file or directory, open '\/no\/such\/file'$/, undefined],
  ['a defect', defect, {}, /^unexpected error: x is not a function$/, /GUTINTEG_TRACE=yes/],
  ['a defect, with a trace', defect, { GUTINTEG_TRACE: 'yes' }, /\n +at .*explain-unexpected.test.ts/, undefined],
  ['no error at all', 'text', {}, /^unexpected error: text$/, /GUTINTEG_TRACE/],
];

for (const [what, error, env, message, hint] of cases)
  test(`${what} is a message`, () => {
    const explained = explainUnexpected(error, env);
    assert.match(explained.message, message);
    assert.equal(
      hint === undefined ? explained.hint : hint.test(explained.hint ?? ''),
      hint === undefined ? undefined : true,
    );
    assert.equal(explained.exitCode, error === known ? 2 : 1);
  });
