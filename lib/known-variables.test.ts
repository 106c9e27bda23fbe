import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { exportVariables, isKnownVariable, machineVariables, packageVariables } from './known-variables.ts';

const root = join(import.meta.dirname, '..');
const folders = [
  'bin',
  'contract',
  'installer',
  'machdb',
  'netboot',
  'network-specs',
  'os-images',
  'partition-specs',
  'rehearse',
  'site',
];

const sources = folders
  .flatMap((folder) =>
    readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' }).map((file) => join(root, folder, file)),
  )
  .filter((file) => file.endsWith('.ts') && !file.endsWith('.test.ts'))
  .map((file) => readFileSync(file, 'utf8'));

/** `const NOTES = 'CLUSTER_NOTES'`: a name that is read by a constant. */
const CONSTANTS = /^const [A-Z]+ = '(CLUSTER_[A-Z_]+)'/gm;

/** `record['PIN']`, `values.get('PIN')`, `value('IP')`: how the sources read a variable. */
const READS = /(?:\brecord\[|\bvalues\.get\(|\bvalues\.has\(|\bvalue\()'([A-Z][A-Z0-9_]*)'/g;

test('every variable that a source reads is in the tables', () => {
  const find = (pattern: RegExp) =>
    sources.flatMap((text) => [...text.matchAll(pattern)].map(([, variable]) => variable ?? ''));
  const read = new Set([...find(READS), ...find(CONSTANTS)]);
  assert.ok(read.size > 15, [...read].join(' '));
  assert.deepEqual(
    [...read].filter((variable) => !isKnownVariable(variable)),
    [],
  );
});

test('every variable in the tables is one that a source names', () => {
  const text = sources.join('\n');
  const names = [machineVariables, packageVariables, exportVariables].flatMap((table) => Object.keys(table));
  assert.deepEqual(
    names.filter((name) => !new RegExp(`\\b${name}\\b`).test(text)),
    [],
  );
});
