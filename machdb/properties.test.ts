// Laws that hold for every database, tested on random ones.
import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import * as fc from 'fast-check';
import { parseMac } from '../lib/mac.ts';
import { runAtOnce } from '../lib/slices.ts';
import { parseOwnLines } from './assignments.ts';
import { findByAddress, ownersOf, parseAddress } from './find-machine.ts';
import { partialMachdb } from './headers.ts';
import { outlineInSteps, parseMachdb, printMachdb } from './parse.ts';
import { parseStatement } from './parse-statement.ts';
import { machineNames, macsOf } from './query.ts';
import { resolveRecord } from './resolve.ts';
import { joinLines, splitLines } from './statements.ts';
import { randomMachdb } from './testing/random-machdb.ts';
import type { MeantObject, RandomMachdb } from './testing/random-machdb.ts';
import type { Machdb } from './types.ts';

function parse(...texts: string[]): Machdb {
  return parseMachdb(texts.map((text, index) => ({ path: `${index}.db`, text })));
}

function recordsOf(db: Machdb): Record<string, Record<string, string>> {
  return Object.fromEntries([...db.objects.keys()].sort().map((name) => [name, resolveRecord(db, name)]));
}

/** The rule as the documentation has it, in the plainest code: parents first, left to right, each object once. */
function resolvePlainly(objects: readonly MeantObject[], name: string): Record<string, string> {
  const values: Record<string, string> = { HOSTNAME: name };
  const done = new Set<string>();
  const source = (wanted: string): void => {
    if (done.has(wanted)) return;
    done.add(wanted);
    const object = objects.find((candidate) => candidate.name === wanted) ?? assert.fail();
    for (const parent of object.parents) source(parent);
    for (const { variable, operator, value } of object.lines) {
      const before = (values[variable] ?? '').split(/\s+/).filter((word) => word !== '');
      const now = value.split(/\s+/).filter((word) => word !== '');
      if (operator === '=') values[variable] = value;
      else if (operator === '+=') values[variable] = [...new Set([...before, ...now])].join(' ');
      else if (values[variable] !== undefined) {
        values[variable] = [...new Set(before)].filter((word) => !now.includes(word)).join(' ');
      }
    }
  };
  source(name);
  for (const [variable, value] of Object.entries(values)) values[variable] = value.replaceAll('${HOSTNAME}', name);
  return values;
}

suite('resolution', () => {
  test('is what the rule says', () => {
    fc.assert(
      fc.property(randomMachdb, ({ objects, texts }) => {
        const db = parse(texts.join(''));
        for (const { name } of objects) assert.deepEqual(resolveRecord(db, name), resolvePlainly(objects, name));
      }),
      { numRuns: 500 },
    );
  });

  test('an object that is named twice counts once', () => {
    fc.assert(
      fc.property(randomMachdb, fc.nat(), ({ objects, texts }: RandomMachdb, at: number) => {
        const again = texts.map((text, index) => {
          const { name = '', parents = [] } = objects[index] ?? {};
          const ancestors = parents.flatMap((parent) => [
            parent,
            ...(objects.find((o) => o.name === parent)?.parents ?? []),
          ]);
          const extra = ancestors.length === 0 ? '' : ` ${ancestors[at % ancestors.length]}`;
          // What comes after the last parent has had its say already.
          return text.replace(`${name}:${parents.map((parent) => ` ${parent}`).join('')}`, (header) => header + extra);
        });
        assert.deepEqual(recordsOf(parse(again.join(''))), recordsOf(parse(texts.join(''))));
      }),
      { numRuns: 300 },
    );
  });

  test('does not depend on the order of files', () => {
    fc.assert(
      fc.property(
        randomMachdb.chain((db) =>
          fc.record({
            texts: fc.constant(db.texts),
            shuffled: fc.shuffledSubarray([...db.texts], { minLength: db.texts.length }),
          }),
        ),
        ({ texts, shuffled }) => {
          assert.deepEqual(recordsOf(parse(...shuffled)), recordsOf(parse(texts.join(''))));
        },
      ),
      { numRuns: 300 },
    );
  });
});

suite('text', () => {
  const anything = fc
    .array(
      fc.oneof(
        fc.constantFrom(
          'a: b\n',
          ' A=1\n',
          'A="x',
          '"',
          '\\\n',
          '\\\r\n',
          '# \\\n',
          ':',
          'b:',
          '\n',
          '\r\n',
          '\uFEFF',
          'ü',
          '\0',
        ),
        fc.string({ maxLength: 6 }),
      ),
      { maxLength: 40 },
    )
    .map((parts) => parts.join(''));

  test('print∘parse is the identity', () => {
    fc.assert(
      fc.property(
        fc.array(
          fc.oneof(
            anything,
            randomMachdb.map(({ texts }) => texts.join('')),
          ),
          { maxLength: 3 },
        ),
        (texts) => {
          const files = texts.map((text, index) => ({ path: `${index}.db`, text: text.replace(/^\uFEFF+/, '') }));
          const { db } = runAtOnce(outlineInSteps(files));
          assert.deepEqual(printMachdb(db), files);
        },
      ),
      { numRuns: 1000 },
    );
  });

  test('the fast scanners and the exact parser read the same', () => {
    fc.assert(
      fc.property(
        fc.oneof(
          anything,
          randomMachdb.map(({ texts }) => texts.join('')),
        ),
        (text) => {
          const { db, faults } = runAtOnce(outlineInSteps([{ path: 'f', text }]));
          const fast = db.headers.map((object) => {
            const own = parseOwnLines(db, object);
            const { name, parents, line, isMachine } = object;
            return { name, parents: [...parents], line, isMachine, own: own.assignments, faults: own.faults.length };
          });
          const exact = readExactly(text);
          assert.deepEqual(fast, exact.objects);
          assert.equal(faults.length, exact.faults);
        },
      ),
      { numRuns: 3000 },
    );
  });
});

/** The same text by parseStatement alone. */
function readExactly(text: string) {
  const objects: {
    name: string;
    parents: unknown[];
    line: number;
    isMachine: boolean;
    own: unknown[];
    faults: number;
  }[] = [];
  let faultsOfHeaders = 0;
  for (const statement of joinLines(splitLines('f', text))) {
    const { parsed, faults } = parseStatement(statement);
    const current = objects.at(-1);
    if (parsed.kind === 'header') {
      const { name, parents, line } = parsed;
      objects.push({ name, parents: [...parents], line, isMachine: false, own: [], faults: 0 });
      faultsOfHeaders += faults.length;
    } else if (current === undefined) {
      faultsOfHeaders += faults.length + (parsed.kind === 'assignment' ? 1 : 0);
    } else {
      current.faults += faults.length;
      if (parsed.kind !== 'assignment') continue;
      const { variable, operator, value, line } = parsed;
      current.own.push({ variable, operator, value, file: 'f', line });
      if ((variable === 'MAC' || variable === 'IP') && operator !== '-=' && value.trim() !== '')
        current.isMachine = true;
    }
  }
  return { objects, faults: faultsOfHeaders };
}

suite('a few objects of a large database', () => {
  test('resolve as they do in the whole', () => {
    fc.assert(
      fc.property(randomMachdb, ({ objects, texts }) => {
        const db = parse(...texts);
        for (const { name } of objects) {
          const partial = partialMachdb(db.texts, [name]) ?? assert.fail();
          assert.deepEqual(resolveRecord(partial, name), resolveRecord(db, name));
        }
      }),
      { numRuns: 300 },
    );
  });

  test('what is there twice, or nowhere, takes the whole', () => {
    const db = parse('a:\n', 'b: a\n');
    assert.equal(partialMachdb(new Map([...db.texts, ['2.db', 'a:\n']]), ['b']), undefined);
    assert.equal(partialMachdb(db.texts, ['c']), undefined);
    assert.equal(partialMachdb(new Map([['0.db', 'x:\nA=\\\nb:\n']]), ['b']), undefined);
  });

  test('an address is found as if every record were resolved', () => {
    const addresses = ['52:54:00:00:00:01', '52-54-0-0-0-2', '10.0.0.1', '10.0.0.2'] as const;
    fc.assert(
      fc.property(randomMachdb, fc.constantFrom(...addresses), ({ texts }, text) => {
        const db = parse(texts.join(''));
        const address = parseAddress(text.includes('.') ? 'ip' : 'mac', text);
        const wanted = machineNames(db).filter((name) => addressesOf(resolveRecord(db, name)).includes(address.text));
        const owners = ownersOf(db.texts, address);
        const partial = owners === undefined ? undefined : partialMachdb(db.texts, owners);
        for (const each of partial === undefined ? [db] : [db, partial]) {
          if (wanted.length > 1) assert.throws(() => findByAddress(each, address), /several machines/);
          else assert.equal(findByAddress(each, address), wanted[0]);
        }
      }),
      { numRuns: 1000 },
    );
  });
});

function addressesOf(record: Readonly<Record<string, string>>): string[] {
  const ips = (record['IP'] ?? '').split(/\s+/).filter((word) => parseMac(word) === undefined);
  return [...macsOf(record), ...ips];
}
