import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { renderApiPage } from './render-api-page.ts';

const page = join(import.meta.dirname, '../../docs/fleet-api.md');

test('docs/fleet-api.md says what the server does', () => {
  const rendered = renderApiPage();
  if (process.env['UPDATE_GOLDENS'] !== undefined) writeFileSync(page, rendered);
  const [found, expected] = [readFileSync(page, 'utf8'), rendered].map((text) => text.split('\n'));
  const line = expected?.findIndex((text, index) => text !== found?.[index]) ?? 0;
  const place = `docs/fleet-api.md:${line + 1} is to be: ${expected?.[line]}; UPDATE_GOLDENS=1 writes it`;
  assert.ok(found?.join('\n') === rendered, place);
});
