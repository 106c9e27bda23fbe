import assert from 'node:assert/strict';
import { test } from 'node:test';
import { builderOf } from './builders.ts';
import { buildSchemas } from './recipe.ts';

test('every key that a recipe may have in `build` has its builder', () => {
  for (const name of Object.keys(buildSchemas)) {
    const build = { [name]: {} } as unknown as Parameters<typeof builderOf>[0]['build'];
    assert.equal(builderOf({ build }).name, name);
  }
});
