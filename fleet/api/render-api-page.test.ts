import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { renderApiPage } from './render-api-page.ts';

const page = join(import.meta.dirname, '../../docs/fleet-api.md');

test('docs/fleet-api.md says what the server does', () => {
  const rendered = renderApiPage();
  if (process.env['UPDATE_GOLDENS'] !== undefined) writeFileSync(page, rendered);
  assert.equal(readFileSync(page, 'utf8'), rendered);
});
