import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';

const linesOf = (file: string) => readFileSync(join(import.meta.dirname, '..', file), 'utf8').split('\n');

test('the .dockerignore lets through what the Dockerfile copies, and nothing else', () => {
  const copied = linesOf('Dockerfile')
    .filter((line) => /^COPY (?!--)/.test(line))
    .flatMap((line) => line.split(' ').slice(1, -1));
  const letThrough = linesOf('.dockerignore').flatMap((line) => (line.startsWith('!') ? [line.slice(1)] : []));
  assert.deepEqual(letThrough.toSorted(), copied.toSorted());
});
