import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { parse } from 'yaml';
import { FaultsError } from '../lib/errors.ts';
import { parseEdge } from '../lib/parse-edge.ts';
import { imageRecipeSchema, publishedName } from './recipe.ts';

const least = { os: 'debian', osrev: '12', arch: 'amd64', build: { mmdebstrap: { suite: 'bookworm' } } };

test('the least recipe, with its defaults', () => {
  assert.deepEqual(parseEdge(imageRecipeSchema, least, 'recipe'), {
    ...least,
    build: {
      mmdebstrap: {
        suite: 'bookworm',
        variant: 'minbase',
        components: ['main'],
        include: [],
        firmware: [],
        exclude: [],
        keep: [],
        hooks: [],
      },
    },
    units: { enable: [], mask: [] },
    mutable: [],
    special: [],
  });
});

test('the example is sound and published under what its machines ask for', async () => {
  const text = await readFile(join(import.meta.dirname, '../examples/lab/images/debian-12.yaml'), 'utf8');
  const recipe = parseEdge(imageRecipeSchema, parse(text), 'debian-12.yaml');
  assert.equal(publishedName(recipe), 'debian-12-amd64');
});

const withMmdebstrap = (change: object) => ({ ...least, build: { mmdebstrap: { suite: 'bookworm', ...change } } });

const wrong: readonly { name: string; recipe: object; where: string }[] = [
  { name: 'a release that YAML read as a number', recipe: { ...least, osrev: 12 }, where: 'osrev' },
  { name: 'no builder at all', recipe: { ...least, build: undefined }, where: 'build' },
  { name: 'a builder that there is not', recipe: { ...least, build: { floppy: {} } }, where: 'build.mmdebstrap,build' },
  { name: 'an unknown key', recipe: { ...least, packages: [] }, where: 'recipe' },
  { name: 'an architecture that nothing here can boot', recipe: { ...least, arch: 'vax' }, where: 'arch' },
  {
    name: 'an option in place of a package',
    recipe: withMmdebstrap({ include: ['--x'] }),
    where: 'build.mmdebstrap.include.0',
  },
  { name: 'two packages in one', recipe: withMmdebstrap({ include: ['a1,b1'] }), where: 'build.mmdebstrap.include.0' },
  { name: 'an option in place of a suite', recipe: withMmdebstrap({ suite: '-h' }), where: 'build.mmdebstrap.suite' },
  {
    name: 'a hook outside of mmdebstrap',
    recipe: withMmdebstrap({ hooks: ['../../x'] }),
    where: 'build.mmdebstrap.hooks.0',
  },
  { name: 'a relative exclusion', recipe: withMmdebstrap({ exclude: ['usr/*'] }), where: 'build.mmdebstrap.exclude.0' },
  { name: 'a unit without its kind', recipe: { ...least, units: { mask: ['sshd'] } }, where: 'units.mask.0' },
  { name: 'a relative mutable path', recipe: { ...least, mutable: ['var/**'] }, where: 'mutable.0' },
];

for (const { name, recipe, where } of wrong) {
  test(`refused: ${name}`, () => {
    assert.throws(
      () => parseEdge(imageRecipeSchema, recipe, 'recipe'),
      (error) => error instanceof FaultsError && error.faults.map((fault) => fault.where).join() === where,
    );
  });
}

test('the recipes of examples/ are sound, and each architecture has one', async () => {
  const examples = join(import.meta.dirname, '../examples');
  const names = [];
  for (const file of ['lab/images/debian-12.yaml', 'recipes/debian-12-arm64.yaml']) {
    const text = await readFile(join(examples, file), 'utf8');
    names.push(publishedName(parseEdge(imageRecipeSchema, parse(text), file)));
  }
  assert.deepEqual(names, ['debian-12-amd64', 'debian-12-arm64']);
});
