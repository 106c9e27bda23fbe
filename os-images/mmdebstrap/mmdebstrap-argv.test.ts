import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parseEdge } from '../../lib/parse-edge.ts';
import { mmdebstrapArgv } from './mmdebstrap-argv.ts';
import { imageRecipeSchema } from '../recipe.ts';

const recipe = (mmdebstrap: object) =>
  parseEdge(imageRecipeSchema, { os: 'debian', osrev: '12', arch: 'amd64', build: { mmdebstrap } }, 'recipe');

test('everything a recipe can say, and a mirror', () => {
  const full = recipe({
    suite: 'bookworm',
    variant: 'apt',
    components: ['main', 'non-free-firmware'],
    include: ['udev', 'kmod'],
    exclude: ['/usr/share/doc/*'],
    keep: ['/usr/share/doc/*/copyright'],
    hooks: ['merged-usr'],
  });
  assert.deepEqual(mmdebstrapArgv(full, '/build/tree', 'http://mirror.example/debian'), [
    'mmdebstrap',
    '--verbose',
    '--format=directory',
    '--variant=apt',
    '--architectures=amd64',
    '--components=main,non-free-firmware',
    '--hook-dir=/usr/share/mmdebstrap/hooks/merged-usr',
    '--include=udev,kmod',
    '--dpkgopt=path-exclude=/usr/share/doc/*',
    '--dpkgopt=path-include=/usr/share/doc/*/copyright',
    'bookworm',
    '/build/tree',
    'http://mirror.example/debian',
  ]);
});

test('firmware brings its area along, once', () => {
  const firmware = ['firmware-realtek'];
  const said = mmdebstrapArgv(recipe({ suite: 'bookworm', include: ['udev'], firmware }), '/t');
  assert.ok(said.includes('--components=main,non-free-firmware'));
  assert.ok(said.includes('--include=udev,firmware-realtek'));
  const twice = recipe({ suite: 'bookworm', components: ['main', 'non-free-firmware'], firmware });
  assert.ok(mmdebstrapArgv(twice, '/t').includes('--components=main,non-free-firmware'));
});

test('a recipe that says little leaves the rest to mmdebstrap', () => {
  assert.deepEqual(mmdebstrapArgv(recipe({ suite: 'trixie' }), '/t'), [
    'mmdebstrap',
    '--verbose',
    '--format=directory',
    '--variant=minbase',
    '--architectures=amd64',
    '--components=main',
    'trixie',
    '/t',
  ]);
});
