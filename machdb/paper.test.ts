// The paper's appendix: its sample database must resolve to its sample result.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { suite, test } from 'node:test';
import { parseMac } from '../lib/mac.ts';
import { parseMachdb } from './parse.ts';
import { findByMac } from './find-machine.ts';
import { machineNames } from './query.ts';
import { assignmentsOf, resolveRecord } from './resolve.ts';
import { splitWords } from './values.ts';

const path = 'test/fixtures/paper/appendix.db';
const db = parseMachdb([{ path, text: readFixture('appendix.db') }]);
const printed = readPrinted(readFixture('q-bert.txt'));

function readFixture(name: string): string {
  return readFileSync(new URL(`../test/fixtures/paper/${name}`, import.meta.url), 'utf8');
}

function readPrinted(text: string): Map<string, string> {
  const lines = text.trimEnd().split('\n');
  return new Map(
    lines.map((line) => {
      const [, variable, value] = /^q-bert\.(\w+)="(.*)"$/.exec(line) ?? assert.fail(line);
      return [variable ?? '', value ?? ''];
    }),
  );
}

function asSets(record: Iterable<readonly [string, string]>): Record<string, string[]> {
  return Object.fromEntries([...record].map(([variable, value]) => [variable, splitWords(value).sort()]));
}

/** What underdog resolves to, without the variable that machdb itself adds to every object. */
function resolveUnderdog(): Map<string, string> {
  const record = new Map(Object.entries(resolveRecord(db, 'underdog')));
  assert.equal(record.get('HOSTNAME'), 'underdog');
  record.delete('HOSTNAME');
  return record;
}

suite("the paper's appendix", () => {
  test('difference 1: q-bert, of which the result is printed, is not defined in the sample', () => {
    assert.equal(db.objects.has('q-bert'), false);
    assert.deepEqual(machineNames(db), ['underdog']);
  });

  test("difference 2: q-bert carries underdog's MAC and IP", () => {
    assert.equal(printed.get('IP'), resolveUnderdog().get('IP'));
    assert.equal(printed.get('MAC'), resolveUnderdog().get('MAC'));
    assert.equal(findByMac(db, parseMac(printed.get('MAC') ?? '') ?? assert.fail()), 'underdog');
  });

  test('difference 3: PARTITION is printed, from an entry that is not listed', () => {
    assert.equal(printed.get('PARTITION'), 'hda: (a 51 msdos) (b 421 ext2) (c 53 swap)');
    const assignments = db.objects.values().flatMap((object) => assignmentsOf(db, object));
    assert.equal(
      assignments.some(({ variable }) => variable === 'PARTITION'),
      false,
    );
  });

  test('difference 4: `dos` is in PACKAGES by the sample, and is not printed', () => {
    const resolved = new Set(splitWords(resolveUnderdog().get('PACKAGES') ?? ''));
    const shown = new Set(splitWords(printed.get('PACKAGES') ?? ''));
    assert.deepEqual(resolved.difference(shown), new Set(['dos']));
    assert.deepEqual(shown.difference(resolved), new Set());
  });

  test('there is no other difference', () => {
    const expected = new Map(printed);
    expected.delete('PARTITION');
    expected.set('PACKAGES', `${printed.get('PACKAGES')} dos`);
    assert.deepEqual(asSets(resolveUnderdog()), asSets(expected));
  });

  test('a word for word reading: order of application, from the farthest ancestor', () => {
    assert.equal(resolveUnderdog().get('PACKAGES'), 'dos nntpclient xfig transfig mach32 at1500');
    assert.equal(resolveUnderdog().get('OSREV'), 'Slakware3.0', 'full-linux has its say after small-linux');
  });
});
