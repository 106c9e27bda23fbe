import assert from 'node:assert/strict';
import { test } from 'node:test';
import { CANDIDATE_HEADER, candidateCells, changeText, leftOut } from './package-text.ts';

const candidate = { name: 'jq', arch: 'amd64', version: '1.6-3', installed: '1.6-2', origin: 'Debian-Security:12' };
const counts = { all: 3, ready: 1, security: 1, held: 1, keptBack: 0, phased: 0 };

test('each word about a candidate stands in its own column, and what is left out is named with what shows it', () => {
  const packages = [
    { ...candidate, flags: ['security'] },
    { ...candidate, flags: ['held'] },
  ];
  const host = { host: 'web1', id: 'x', system: 'dpkg', counts, packages, matching: 3 };
  const rows = candidateCells(host);
  const cellsOf = (row: readonly string[] | undefined) =>
    Object.fromEntries(CANDIDATE_HEADER.map((name, column) => [name, row?.[column]]));
  const common = { HOST: 'web1', PACKAGE: 'jq', INSTALLED: '1.6-2', CANDIDATE: '1.6-3', FROM: 'Debian-Security:12' };
  assert.deepEqual(cellsOf(rows[0]), { ...common, SECURITY: 'yes', 'WHY NOT NOW': '' });
  assert.deepEqual(cellsOf(rows[1]), { ...common, SECURITY: '', 'WHY NOT NOW': 'held' });
  assert.deepEqual(leftOut(host), ['web1: 1 more; gutinteg fleet packages --candidates --host web1 shows all']);
  assert.deepEqual(leftOut({ ...host, matching: 2 }), []);
});

test('a change names the version once if it is the same, and what is different then', () => {
  const of = (version: string, flags: readonly string[] = [], origin = '') => ({
    name: 'jq',
    arch: 'amd64',
    version,
    flags: [...flags],
    origin,
  });
  const cases = [
    [of('1.6-2'), of('1.6-3'), 'jq 1.6-2 -> 1.6-3'],
    [of('1.6-2'), of('1.6-2', ['held']), 'jq 1.6-2, held'],
    [of('1.6-2', ['auto', 'held']), of('1.6-3', ['auto']), 'jq 1.6-2 -> 1.6-3, not held any more'],
    [of('1.6-2'), of('1.6-2', [], 'Lab'), 'jq 1.6-2, from Lab'],
  ] as const;
  for (const [from, to, text] of cases) {
    assert.equal(changeText({ name: 'jq', arch: 'amd64', from, to, direction: 'same' }), text);
  }
});
