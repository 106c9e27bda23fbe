// The comparison resolves only what an edit can reach. Here it is compared with one that resolves everything.
import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import * as fc from 'fast-check';
import { expandReferences } from '../expand.ts';
import { machineNames } from '../query.ts';
import { resolveRecord } from '../resolve.ts';
import { splitWords } from '../values.ts';
import { anyDrafts, anyLine, parseDrafts } from '../views/arbitrary-machdb.ts';
import type { Draft, Drafts } from '../views/arbitrary-machdb.ts';
import { compareMachdb, hasDifferences } from './compare.ts';
import type { Change } from './describe-changes.ts';
import type { Pair } from './edited-objects.ts';

type Edit = (drafts: Drafts) => Drafts;
type MachineRecord = Readonly<Record<string, string>>;

const numRuns = 3000;
const shuffle = fc.array(fc.nat(1000), { minLength: 12, maxLength: 12 });
const anyEdit: fc.Arbitrary<Edit> = fc.oneof(
  fc.tuple(fc.nat(), fc.nat(), anyLine).map(([object, at, line]) =>
    editObject(object, (draft) => ({
      ...draft,
      lines: draft.lines.toSpliced(at % (draft.lines.length + 1), 0, line),
    })),
  ),
  fc.tuple(fc.nat(), fc.nat()).map(([object, at]) => editObject(object, (draft) => removeLine(draft, at))),
  fc.tuple(fc.nat(), fc.nat()).map(([object, at]) => editObject(object, (draft) => changeOperator(draft, at))),
  fc.nat().map((object) => editObject(object, (draft) => ({ ...draft, parents: draft.parents.toReversed() }))),
  fc.tuple(fc.nat(), fc.nat()).map(([object, parent]) => toggleParent(object, parent)),
  fc.nat().map(removeObject),
  fc.nat().map(addObject),
);
const anyEdits = fc.array(anyEdit, { maxLength: 4 });

suite('any database', () => {
  test('compared with itself, its files shuffled, has no differences', () => {
    fc.assert(
      fc.property(anyDrafts, shuffle, shuffle, (drafts, first, second) => {
        const shuffled = new Map([...drafts].toReversed());
        const diff = compareMachdb({ before: parseDrafts(drafts, first), after: parseDrafts(shuffled, second) });
        assert.equal(hasDifferences(diff), false);
        assert.deepEqual([diff.added, diff.removed, diff.groups], [[], [], []]);
      }),
      { numRuns: 500 },
    );
  });

  test('after any edits, the differences are those that resolving everything finds', () => {
    let different = 0;
    fc.assert(
      fc.property(anyDrafts, anyEdits, shuffle, (drafts, edits, places) => {
        const edited = edits.reduce((current, edit) => edit(current), drafts);
        const pair = { before: parseDrafts(drafts, places), after: parseDrafts(edited, places.toReversed()) };
        if (checkAgainstEverything(pair)) different += 1;
      }),
      { numRuns },
    );
    // Otherwise the comparison would not have been tried.
    assert.ok(different > numRuns / 3, `${different} of ${numRuns} have differences`);
  });
});

/** True when there are differences. */
function checkAgainstEverything(pair: Pair): boolean {
  const diff = compareMachdb(pair);
  const [old, current] = [machineNames(pair.before), machineNames(pair.after)];
  assert.deepEqual(
    diff.added.map(({ name }) => name),
    current.filter((name) => !old.includes(name)),
  );
  assert.deepEqual(
    diff.removed.map(({ name }) => name),
    old.filter((name) => !current.includes(name)),
  );
  const both = current.filter((name) => old.includes(name));
  const expected = new Map(both.map((name) => [name, listDifferences(pair, name)]));
  const seen = new Set<string>();
  for (const { machines, changes } of diff.groups) {
    for (const name of machines) {
      assert.ok(!seen.has(name), `${name} is in one group`);
      seen.add(name);
      const records = { before: resolveRecord(pair.before, name), after: resolveRecord(pair.after, name) };
      assert.deepEqual(
        changes.map(({ variable }) => variable),
        expected.get(name),
      );
      for (const { variable, change, example, causes, through } of changes) {
        checkChange(change, variable, records);
        assert.ok(causes.length + through.length > 0, `${variable} of ${name} has a cause`);
        if (name !== machines[0]) continue;
        const versions = [records.before, records.after].map((record) => record[variable] ?? null);
        assert.deepEqual([example.before, example.after], versions);
      }
    }
  }
  const unchanged = both.filter((name) => expected.get(name)?.length === 0);
  assert.deepEqual(
    both.filter((name) => !seen.has(name)),
    unchanged,
  );
  assert.equal(diff.unchanged, unchanged.length);
  const keys = diff.groups.map(({ changes }) =>
    JSON.stringify(changes.map(({ variable, change }) => [variable, change])),
  );
  assert.equal(new Set(keys).size, keys.length);
  return hasDifferences(diff);
}

/** A group's change holds for each of its machines. */
function checkChange(change: Change, variable: string, records: { before: MachineRecord; after: MachineRecord }): void {
  const [before, after] = [records.before[variable] ?? null, records.after[variable] ?? null];
  const read = (text: string, record: MachineRecord) => (change.template ? expandIn(text, record) : text);
  if (change.kind === 'value') {
    assert.notEqual(change.before, change.after);
    assert.equal(before, change.before === null ? null : read(change.before, records.before));
    assert.equal(after, change.after === null ? null : read(change.after, records.after));
    return;
  }
  assert.ok(before !== null && after !== null && change.added.length + change.removed.length > 0);
  for (const word of change.added) assert.ok(after.includes(read(word, records.after)));
  for (const word of change.removed) assert.ok(before.includes(read(word, records.before)));
  if (change.template) return;
  const kept = splitWords(before).filter((word) => !change.removed.includes(word));
  assert.deepEqual(
    kept,
    splitWords(after).filter((word) => !change.added.includes(word)),
  );
}

/** What the language makes of a text, with the values of a record. */
function expandIn(text: string, record: MachineRecord): string {
  const values = Object.entries(record).map(([name, value]) => [name, value.replaceAll('${', '$$$${')] as const);
  const expanded = expandReferences(new Map([...values, ['', text]])).values.get('');
  assert.ok(expanded !== undefined);
  return expanded;
}

function listDifferences({ before, after }: Pair, name: string): string[] {
  const [old, current] = [resolveRecord(before, name), resolveRecord(after, name)];
  const variables = new Set([...Object.keys(old), ...Object.keys(current)]);
  return [...variables].filter((variable) => old[variable] !== current[variable]).sort();
}

/** Changes one object, never `base`: references rely on it. */
function editObject(luck: number, change: (draft: Draft) => Draft): Edit {
  return (drafts) => {
    const name = pickName(drafts, luck);
    const draft = drafts.get(name);
    return draft === undefined ? drafts : new Map([...drafts, [name, change(draft)]]);
  };
}

function removeLine(draft: Draft, luck: number): Draft {
  return draft.lines.length === 0 ? draft : { ...draft, lines: draft.lines.toSpliced(luck % draft.lines.length, 1) };
}

function changeOperator(draft: Draft, luck: number): Draft {
  const at = luck % Math.max(draft.lines.length, 1);
  const operator = luck % 2 === 0 ? '+=' : '=';
  return {
    ...draft,
    lines: draft.lines.map((line, index) => (index === at ? line.replace(/[-+]?=/, operator) : line)),
  };
}

function toggleParent(luck: number, parentLuck: number): Edit {
  return (drafts) =>
    editObject(luck, (draft) => {
      const lower = [...drafts].filter(([, { rank }]) => rank < draft.rank).map(([name]) => name);
      const parent = lower[parentLuck % lower.length] ?? 'base';
      const parents = draft.parents.filter((name) => name !== parent);
      if (parents.length === draft.parents.length) parents.unshift(parent);
      return { ...draft, parents: parents.length === 0 ? ['base'] : parents };
    })(drafts);
}

function removeObject(luck: number): Edit {
  return (drafts) => {
    const gone = pickName(drafts, luck);
    const left = [...drafts].filter(([name]) => name !== gone);
    return new Map(left.map(([name, draft]) => [name, withoutParent(draft, gone)]));
  };
}

function withoutParent(draft: Draft, gone: string): Draft {
  const parents = draft.parents.filter((name) => name !== gone);
  return { ...draft, parents: parents.length === 0 && draft.rank > 0 ? ['base'] : parents };
}

/** A new object, between one and its parents. */
function addObject(luck: number): Edit {
  return (drafts) => {
    const below = pickName(drafts, luck);
    const draft = drafts.get(below);
    if (draft === undefined || drafts.has('new')) return drafts;
    const added = { rank: draft.rank - 0.5, parents: draft.parents, lines: ['SET+=new', 'D=new'] };
    return new Map([...drafts, [below, { ...draft, parents: ['new'] }], ['new', added]]);
  };
}

function pickName(drafts: Drafts, luck: number): string {
  const names = [...drafts.keys()].filter((name) => name !== 'base');
  return names[luck % names.length] ?? '';
}
