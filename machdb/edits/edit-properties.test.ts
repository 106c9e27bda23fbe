// Odd but legal databases: whatever they look like, an edit does what it says and nothing else.
import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import * as fc from 'fast-check';
import { parseMachdb } from '../parse.ts';
import { assignmentsOf, resolveRecord } from '../resolve.ts';
import type { Assignment } from '../types.ts';
import { splitWords } from '../values.ts';
import { database, isLegal, rawValue, VARIABLES } from './arbitrary-files.ts';
import type { File } from './arbitrary-files.ts';
import type { EditPlan, MachdbFile } from './draft.ts';
import { explainInexpressible } from './express-value.ts';
import { cutLines, pasteLines } from './lines.ts';
import { planAdd } from './plan-add.ts';
import { planClone } from './plan-clone.ts';
import { planRemove } from './plan-remove.ts';
import { planRename } from './plan-rename.ts';
import { planSet, planUnset } from './plan-set.ts';
import { scanObjects } from './scan-objects.ts';

const value = fc
  .oneof(
    fc.string({ unit: fc.constantFrom('a', 'b', ' ', '\t', '#', '"', "'", '\\', '=', ':', 'é', '$', '{') }),
    fc.string({ unit: 'grapheme' }),
    fc.constantFrom('', 'x', ' lead', 'trail ', '#x', 'a #b', 'x\\', "'", '"', `it's "x"`, `#it's "x"`),
  )
  .filter((text) => !text.includes('${') && explainInexpressible(text) === undefined);
const word: fc.Arbitrary<string> = fc.constantFrom('x', 'y', 'z', 'new', '#', '"q"', "it's", 'b\\');

type Subject = { readonly files: File[]; readonly name: string; readonly variable: string };
const subject: fc.Arbitrary<Subject> = database.chain((files) =>
  fc.record({
    files: fc.constant(files),
    name: fc.constantFrom(...parseMachdb(files).objects.keys()),
    variable: fc.constantFrom(...VARIABLES),
  }),
);

function apply(files: readonly File[], plan: EditPlan): File[] {
  const changed = new Map(plan.files.map(({ path, newText }) => [path, newText]));
  return files.map(({ path, text }) => ({ path, text: changed.get(path) ?? text }));
}

/** Every statement of a database but those of one variable of one object, as the parser reads it. */
function meaning(files: readonly File[], without?: { name: string; variable: string }) {
  const db = parseMachdb(files);
  return db.objects
    .values()
    .map((object) => ({
      name: object.name,
      file: object.file,
      parents: object.parents.map(({ name }) => name),
      assignments: assignmentsOf(db, object)
        .filter(({ variable }) => object.name !== without?.name || variable !== without.variable)
        .map(({ variable, operator, value }) => variable + operator + value),
    }))
    .toArray();
}

/** The bytes of a database without the lines of one variable of one object. */
function bytesWithout(files: readonly File[], { name, variable }: { name: string; variable: string }): string[] {
  return files.map(({ text }) => {
    const { bom, lines } = cutLines(text);
    const object = scanObjects(lines).find((object) => object.name === name);
    const own = object?.assignments.filter((line) => line.variable === variable) ?? [];
    const left = lines.filter((_, index) => !own.some(({ first, count }) => index >= first && index < first + count));
    // Whether the file ends with a line feed is asked for elsewhere.
    return pasteLines(bom, [...left.slice(0, -1), { text: left.at(-1)?.text ?? '', end: '' }]);
  });
}

function endsOf(files: readonly File[]): (string | undefined)[] {
  return files.map(({ text }) => cutLines(text).lines.at(-1)?.end);
}

function assertOnlyTouched(
  before: readonly File[],
  after: readonly File[],
  at: { name: string; variable: string },
): void {
  assert.deepEqual(bytesWithout(after, at), bytesWithout(before, at));
  assert.deepEqual(meaning(after, at), meaning(before, at));
  assert.deepEqual(endsOf(after), endsOf(before));
}

suite('whatever the database looks like', () => {
  test('set VAR=VALUE: exactly this value is read back, and nothing else is touched', () => {
    fc.assert(
      fc.property(subject, value, ({ files, name, variable }, value) => {
        const after = apply(files, planSet(files, name, [{ variable, operator: '=', value }]));
        assert.equal(resolveRecord(parseMachdb(after), name)[variable], value);
        assertOnlyTouched(files, after, { name, variable });
        assert.deepEqual(planSet(after, name, [{ variable, operator: '=', value }]).files, []);
      }),
      { numRuns: 2000 },
    );
  });

  test('set VAR+=WORDS, VAR-=WORDS: the words are there, or are not, and nothing else is touched', () => {
    const words = fc.uniqueArray(word, { minLength: 1, maxLength: 3 });
    fc.assert(
      fc.property(subject, words, fc.constantFrom('+=', '-='), ({ files, name, variable }, words, operator) => {
        const setting = { variable, operator, value: words.join(' ') } as const;
        fc.pre(explainInexpressible(setting.value) === undefined);
        const before = wordsOf(files, name, variable);
        const after = apply(files, planSet(files, name, [setting]));
        const now = wordsOf(after, name, variable);
        for (const word of words) assert.equal(now.has(word), operator === '+=', word);
        for (const word of before) if (!words.includes(word)) assert.ok(now.has(word), `${word} was lost`);
        for (const word of now) if (!words.includes(word)) assert.ok(before.has(word), `${word} was added`);
        assertOnlyTouched(files, after, { name, variable });
        assert.deepEqual(planSet(after, name, [setting]).files, []);
      }),
      { numRuns: 2000 },
    );
  });

  test('set, then unset, restores the bytes when the variable was not there', () => {
    fc.assert(
      fc.property(subject, value, fc.constantFrom('=', '+='), ({ files, name }, value, operator) => {
        fc.pre(operator === '=' || splitWords(value).length > 0);
        const set = apply(files, planSet(files, name, [{ variable: 'NEW', operator, value }]));
        assert.notEqual(set.map(({ text }) => text).join(), files.map(({ text }) => text).join());
        assert.deepEqual(apply(set, planUnset(set, name, ['NEW'])), files);
      }),
      { numRuns: 1000 },
    );
  });

  test('unset leaves no line of the variable, and everything else', () => {
    fc.assert(
      fc.property(subject, ({ files, name, variable }) => {
        const set = apply(files, planSet(files, name, [{ variable, operator: '=', value: 'x' }]));
        const after = apply(set, planUnset(set, name, [variable]));
        assertOnlyTouched(files, after, { name, variable });
        const object = meaning(after).find((object) => object.name === name);
        assert.ok(object?.assignments.every((text) => !text.startsWith(`${variable}=`)));
      }),
      { numRuns: 500 },
    );
  });

  test('rename there and back is the identity, and in between every parent is found', () => {
    fc.assert(
      fc.property(subject, fc.constantFrom('new', 'a.b.c', '0', 'AAA'), ({ files, name }, to) => {
        const renamed = apply(files, planRename(files, { from: name, to }));
        const swap = (other: string) => (other === name ? to : other);
        assert.deepEqual(
          meaning(renamed),
          meaning(files).map((object) => ({ ...object, name: swap(object.name), parents: object.parents.map(swap) })),
        );
        assert.deepEqual(apply(renamed, planRename(renamed, { from: to, to: name })), files);
      }),
      { numRuns: 1000 },
    );
  });

  test('add, then remove, and clone, then remove, restore the bytes', () => {
    fc.assert(
      fc.property(subject, value, ({ files, name }, value) => {
        const settings = [{ variable: 'NEW', operator: '=', value }] as const;
        const heirless = { name: 'new', parents: [name] };
        for (const plan of [
          planAdd(files, { ...heirless, settings }),
          planAdd(files, { ...heirless, settings: [], file: files[0]?.path ?? '' }),
          planClone(files, { from: name, to: 'new', settings }),
        ]) {
          fc.pre(hasObjectIn(files, plan));
          const after = apply(files, plan);
          assert.ok(parseMachdb(after).objects.has('new'));
          assert.deepEqual(apply(after, planRemove(after, ['new'])), files);
        }
      }),
      { numRuns: 1000 },
    );
  });

  test('clone has the statements of the original, and what was set', () => {
    fc.assert(
      fc.property(subject, ({ files, name }) => {
        const after = meaning(apply(files, planClone(files, { from: name, to: 'new', settings: [] })));
        const original = after.find((object) => object.name === name);
        assert.deepEqual(
          after.find((object) => object.name === 'new'),
          { ...original, name: 'new' },
        );
      }),
      { numRuns: 300 },
    );
  });

  test('the objects are found where the parser finds them', () => {
    const fragment = fc.oneof(
      fc.constantFrom(
        ':',
        '=',
        '+=',
        '"',
        "'",
        '#',
        '\\',
        '\n',
        '\r\n',
        ' ',
        '\t',
        'a',
        'b',
        'X=',
        '\nx:',
        '\0',
        '\n:',
      ),
      rawValue,
    );
    fc.assert(
      fc.property(fc.array(fragment, { maxLength: 40 }), (fragments) => {
        const text = fragments.join('');
        fc.pre(isLegal(text));
        const scanned = scanObjects(cutLines(text).lines);
        const db = parseMachdb([{ path: 'x.db', text }]);
        const parsed = [...db.objects.values()];
        assert.deepEqual(
          scanned.map(({ name, parents, assignments }) => [name, parents.map(nameOf), assignments.map(said)]),
          parsed.map((object) => [object.name, object.parents.map(nameOf), assignmentsOf(db, object).map(said)]),
        );
        // A statement may begin with lines that hold nothing but a backslash; what it says is in one of its lines.
        for (const [index, object] of parsed.entries()) {
          const { header, assignments } = scanned[index] ?? assert.fail();
          assert.ok(isWithin(object.line, header), text);
          for (const [at, { line }] of assignmentsOf(db, object).entries()) {
            assert.ok(isWithin(line, assignments[at] ?? assert.fail()), text);
          }
        }
      }),
      { numRuns: 5000, examples: [[['\nx:', '\r\n', '\\', '\n', 'X=']]] },
    );
  });
});

const nameOf = ({ name }: { readonly name: string }): string => name;

const said = ({ variable, operator, value }: Pick<Assignment, 'variable' | 'operator' | 'value'>): string =>
  `${variable}${operator}${value}`;

/** Whether a line, from 1, is one of an extent's, whose first is counted from 0. */
function isWithin(line: number, { first, count }: { readonly first: number; readonly count: number }): boolean {
  return line > first && line <= first + count;
}

function wordsOf(files: readonly MachdbFile[], name: string, variable: string): Set<string> {
  const db = parseMachdb(files.map(({ path, text }) => ({ path, text: text ?? '' })));
  return new Set(splitWords(resolveRecord(db, name)[variable] ?? ''));
}

/** In a file without any object nothing says whether a blank line belongs to the one that was added. */
function hasObjectIn(files: readonly File[], plan: EditPlan): boolean {
  return plan.files.every(({ path }) => {
    const text = files.find((file) => file.path === path)?.text ?? '';
    return scanObjects(cutLines(text).lines).length > 0;
  });
}
