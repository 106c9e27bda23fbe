// Whatever a file contains, reading it ends soon, with a database or with faults.
import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import * as fc from 'fast-check';
import { FaultsError } from '../lib/errors.ts';
import { checkMachdb } from './check.ts';
import { parseMachdb } from './parse.ts';
import { resolveRecord } from './resolve.ts';

function parse(text: string) {
  return parseMachdb([{ path: 'a.db', text }]);
}

suite('any input', () => {
  const fragment = fc.oneof(
    fc.constantFrom(
      ':',
      '=',
      '+=',
      '-=',
      '"',
      "'",
      '#',
      '\\',
      '\n',
      '\r\n',
      ' ',
      '\t',
      '${',
      '}',
      '$',
      'a',
      'b',
      'MAC',
      'IP',
      '\0',
    ),
    fc.string({ unit: 'binary', maxLength: 5 }),
    fc.constantFrom('a: b\n', 'b:\n', 'MAC=1:2:3:4:5:6\n', 'A=${B}\n', 'B=${A}\n', 'A+=x y\n', 'A-=x\n'),
  );
  const text = fc.array(fragment, { maxLength: 60 }).map((fragments) => fragments.join(''));

  test('parses, or throws a FaultsError whose every fault has a line of the text', () => {
    fc.assert(
      fc.property(fc.array(text, { maxLength: 3 }), (texts) => {
        const files = texts.map((content, index) => ({ path: String(index), text: content }));
        try {
          const db = parseMachdb(files);
          for (const fault of checkMachdb(db, [])) assert.ok(fault.line !== undefined && fault.line > 0);
        } catch (error) {
          assert.ok(error instanceof FaultsError, String(error));
          for (const { where, line = 0, column = 0 } of error.faults) {
            const lines = texts[Number(where)]?.replace(/^\uFEFF/, '').split('\n') ?? [];
            const last = lines[line - 1] ?? '';
            assert.ok(line >= 1 && line <= lines.length && column >= 1 && column <= last.length + 1, error.message);
          }
        }
      }),
      { numRuns: 3000 },
    );
  });

  test('what is written between quotes comes back', () => {
    const value = fc.string({ unit: 'grapheme' }).filter((text) => !/['\p{Cc}\p{Cs}]|\$\{/u.test(text));
    fc.assert(
      fc.property(value, (written) => {
        assert.equal(resolveRecord(parse(`x:\n  A='${written}'\n`), 'x')['A'], written);
      }),
    );
  });

  const large: [what: string, text: string][] = [
    ...['\\', '\\\n', ' ', '\t#', '"', 'a: "\\\n', 'a:b\\\n', 'A=b # c\\\n', 'a: b\n', '\0\n'].map(
      (piece): [string, string] => [JSON.stringify(piece), `x:\n${piece.repeat(200_000 / piece.length)}`],
    ),
    ['a chain of 20,000', Array.from({ length: 20_000 }, (_, index) => `o${index}: o${index + 1}\n`).join('')],
    [
      'a circle of 20,000',
      Array.from({ length: 20_000 }, (_, index) => `o${index}: o${(index + 1) % 20_000}\n`).join(''),
    ],
    ['unknown parents', Array.from({ length: 20_000 }, (_, index) => `o${index}: x${index}\n`).join('')],
  ];
  for (const [what, content] of large) {
    test(`large: ${what}`, { timeout: 5000 }, () => {
      const started = performance.now();
      try {
        parse(content);
      } catch (error) {
        assert.ok(error instanceof FaultsError, String(error));
      }
      // Some 50 ms in practice; what is quadratic takes minutes.
      assert.ok(performance.now() - started < 4000);
    });
  }
});
