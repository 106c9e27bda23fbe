import assert from 'node:assert/strict';
import { readFile, readdir } from 'node:fs/promises';
import { test } from 'node:test';
import { isSystemError, whenCode, whenMissing, whenRefused } from './when-missing.ts';

const fails = (code: string) => Promise.reject(Object.assign(new Error(code), { code }));

test('only what is missing is answered', async () => {
  assert.equal(await readFile('/no/such/file', 'utf8').catch(whenMissing('')), '');
  assert.deepEqual(await readdir('/etc/passwd/below').catch(whenMissing<string[]>([])), []);
  await assert.rejects(readFile('/', 'utf8').catch(whenMissing('')), { code: 'EISDIR' });
  await assert.rejects(fails('EIO').catch(whenMissing('')), { code: 'EIO' });
});

test('only the codes that are named are answered', async () => {
  assert.equal(await fails('ESRCH').catch(whenCode(['ESRCH'], 'gone')), 'gone');
  await assert.rejects(fails('EPERM').catch(whenCode(['ESRCH'], 'gone')), { code: 'EPERM' });
});

test('what the system refuses is no defect of the program', async () => {
  assert.equal(await fails('EIO').catch(whenRefused('none')), 'none');
  for (const defect of [new TypeError('x is undefined'), Object.assign(new Error(), { code: 'ERR_INVALID_ARG_VALUE' })])
    await assert.rejects(Promise.reject(defect).catch(whenRefused('none')), defect);
  assert.equal(isSystemError('ENOENT'), false);
});
