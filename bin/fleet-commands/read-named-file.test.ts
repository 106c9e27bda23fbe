import assert from 'node:assert/strict';
import { test } from 'node:test';
import { UserError } from '../../lib/errors.ts';
import { readNamedFile } from './read-named-file.ts';

test('a file that is not there is bad input, and named with its option', async () => {
  await assert.rejects(readNamedFile('/nonexistent/token', '--token-file'), (error) => {
    assert.ok(error instanceof UserError);
    assert.equal(error.exitCode, 2);
    assert.match(error.message, /^the file of --token-file, \/nonexistent\/token, cannot be read$/);
    return true;
  });
});
