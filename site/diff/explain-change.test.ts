import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import type { MergeInput } from '../../packagelink/merge/merge.ts';
import { mergeTree } from '../../packagelink/merge/merge.ts';
import { fileEntry, packageOf } from '../../packagelink/testing/sample-tree.ts';
import { explainChange } from './explain-change.ts';

const PATH = 'etc/motd';
const layer = (name: string, priority: number, path: string, text = name) => ({
  name,
  priority,
  manifest: packageOf([fileEntry(path, text)], { name }),
});
const a = layer('a', 50, PATH);
const b = layer('b', 60, PATH);
const empty = layer('a', 50, 'etc/other');
const template = layer('a', 50, `${PATH}.plprocess`, 'by ##ADMIN## in ##ROOM##\n');
const other = layer('a', 50, `${PATH}.plprocess`, 'in ##ROOM## by ##ADMIN##\n');
const input = (...layers: MergeInput['layers'][number][]): MergeInput => ({
  layers,
  defines: { ADMIN: 'x', ROOM: 'y' },
});
const generated: MergeInput = { ...input(), generated: [{ path: PATH, bytes: Buffer.from('x') }] };

suite('why a path differs', () => {
  const table: [before: MergeInput, after: MergeInput, why: string][] = [
    [input(), input(a), 'package a is new to the machine'],
    [input(empty), input(a), 'new in a'],
    [input(a), input(), 'package a has gone from the machine'],
    [input(a), input(empty), 'gone from a'],
    [input(), generated, 'new in what is rendered for the machine'],
    [generated, generated, 'rendered from the record and site.yaml'],
    [input(a), input(layer('a', 50, PATH, 'new')), 'changed in a'],
    [input(template), input(other), 'the template of a has changed'],
    [input(template), { ...input(template), defines: { ADMIN: 'z', ROOM: 'y' } }, '##ADMIN## has another value'],
    [
      input(template),
      { ...input(other), defines: { ADMIN: 'z', ROOM: 'z' } },
      'the template of a has changed; ##ADMIN## has another value; ##ROOM## has another value',
    ],
    [input(a), input(template), 'changed in a'],
    [input(template), input(layer('a', 50, `${PATH}.plprocess`, 'in ##ROOM##\n')), 'the template of a has changed'],
    [input(a), input(a, b), 'b instead of a: package b is new to the machine'],
    [input(a), { ...input(a), pins: [PATH] }, 'PIN has another value'],
    [input(a, b), input(a), 'a instead of b: package b has gone from the machine'],
    [input(a, b), input({ ...a, priority: 70 }, b), 'a instead of b: priority of a 50 → 70'],
    [input(empty, b), input(empty, { ...layer('b', 60, 'x') }), 'gone from b'],
    [generated, input(a), 'a instead of @generated: package a is new to the machine'],
  ];
  for (const [before, after, why] of table) {
    test(why, () => {
      const find = (merged: MergeInput) => mergeTree(merged).entries.find(({ path }) => path === PATH);
      assert.equal(explainChange({ before: find(before), after: find(after) }, { before, after }), why);
    });
  }
});
