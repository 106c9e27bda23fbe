import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parseBenchWords } from '../../bench/parse-words.ts';

const available = ['files', 'power-cut', 'fleet'];
const all = available.map((name) => ({ name, args: [] }));

for (const { line, runs, unknown = [] } of [
  { line: '', runs: all },
  { line: 'files power-cut fleet', runs: all },
  { line: 'fleet steady first files', runs: [{ name: 'fleet', args: ['steady', 'first'] }, all[0]] },
  { line: 'files steady', runs: [all[0]], unknown: ['steady'] },
  { line: 'power-cut 20 --seed seven files', runs: [{ name: 'power-cut', args: ['20', '--seed', 'seven'] }, all[0]] },
  { line: 'fiels', runs: [], unknown: ['fiels'] },
  { line: 'files fiels', runs: [all[0]], unknown: ['fiels'] },
  { line: '20', runs: [], unknown: ['20'] },
]) {
  test(`the words of npm run bench: '${line}'`, () => {
    const words = line.split(' ').filter((word) => word !== '');
    assert.deepEqual(parseBenchWords(words, available), { runs, unknown });
  });
}
