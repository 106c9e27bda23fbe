import assert from 'node:assert/strict';
import { readFile, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { parseMachdb } from './parse.ts';
import { assignmentsOf } from './resolve.ts';
import { scanMachdb } from './scan.ts';

const lab = join(import.meta.dirname, '../examples/lab/machdb');

test('a sound database is scanned as it is parsed', async () => {
  const tricky = ['a-b.c:x\n', 'x : # y: z\n A = 1 # B=2\n B+="a: b"\n C=one \\\nno: header\n# d: \\\ne:\n'].join('');
  const texts = [tricky, ...(await Promise.all((await readdir(lab)).map((name) => readFile(join(lab, name), 'utf8'))))];
  const files = texts.map((text, index) => ({ path: `${index}.db`, text }));
  const db = parseMachdb(files);
  const scanned = texts.flatMap((text) => [...scanMachdb(text)]);
  assert.deepEqual(
    scanned.flatMap((line) => (line.what === 'object' ? [line.object] : [])),
    [...db.objects.keys()],
  );
  assert.deepEqual(
    scanned.flatMap((line) =>
      line.what === 'assignment' ? [[line.object, line.variable, line.operator, line.value]] : [],
    ),
    [...db.objects.values()].flatMap((object) =>
      assignmentsOf(db, object).map(({ variable, operator, value }) => [object.name, variable, operator, value]),
    ),
  );
});

test('faulty lines are passed over', () => {
  const text = 'IP=1\n  indented: x\nodd name:\nwhat is this\nm: nowhere\n IP="10.0.0.1\n MAC=1:2:3:4:5:6\n';
  assert.deepEqual(
    [...scanMachdb(text)].map((line) =>
      line.what === 'object' ? line.object : `${line.object} ${line.variable}=${line.value}`,
    ),
    [' IP=1', 'm', 'm IP=', 'm MAC=1:2:3:4:5:6'],
  );
});
