import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import * as fc from 'fast-check';
import { FaultsError, UserError } from '../lib/errors.ts';
import { parseMachdb } from './parse.ts';
import { listContributions, resolveRecord } from './resolve.ts';

function resolve(text: string, name = 'm'): Record<string, string> {
  const { HOSTNAME, ...rest } = resolveRecord(parseMachdb([{ path: 'a.db', text }]), name);
  assert.equal(HOSTNAME, name);
  return rest;
}

function faultsOf(text: string): string[] {
  try {
    resolve(text);
  } catch (error) {
    assert.ok(error instanceof FaultsError);
    return error.faults.map(({ line, message, suggestion }) =>
      [`${line}: ${message}`, ...(suggestion === undefined ? [] : [`(${suggestion})`])].join(' '),
    );
  }
  return [];
}

suite('inheritance', () => {
  const table: [what: string, text: string, record: Record<string, string>][] = [
    ['nothing but a name', 'm:', {}],
    ['own lines win', 'm: p\nA=own\np:\nA=p', { A: 'own' }],
    ['a later parent wins', 'm: p q\np:\nA=p\nq:\nA=q', { A: 'q' }],
    ['the last line wins', 'm:\nA=1\nA=2', { A: '2' }],
    ['grandparents first', 'm: p\np: g\nA=p\ng:\nA=g\nB=g', { A: 'p', B: 'g' }],
    ['each object once, at its first place', 'm: p q\np: g\nA=p\nq: g\ng:\nA=g', { A: 'p' }],
    ['a diamond adds once', 'm: p q\np: g\nq: g\ng:\nA+=g', { A: 'g' }],
    ['a parent named twice', 'm: p q p\np:\nA=p\nq:\nA=q', { A: 'q' }],
    ['variables in the order of their first appearance', 'm: p\nA=1\nB=2\nA=3\np:\nB=0', { B: '2', A: '3' }],
  ];
  for (const [what, text, record] of table) {
    test(what, () => assert.deepEqual(Object.entries(resolve(text)), Object.entries(record)));
  }

  test("HOSTNAME is the object's name and comes first", () => {
    const db = parseMachdb([{ path: 'a.db', text: 'm:\nA=${HOSTNAME}.x' }]);
    assert.deepEqual(Object.entries(resolveRecord(db, 'm')), [
      ['HOSTNAME', 'm'],
      ['A', 'm.x'],
    ]);
  });

  test('words are told apart as they were written, before references are replaced', () => {
    const text = 'm:\nO=a b\nW=a\nW+=${O} ${O}\nX+=${O} b\nX-=b\n';
    const { W, X } = resolveRecord(parseMachdb([{ path: 'a.db', text }]), 'm');
    assert.deepEqual([W, X], ['a a b', 'a b']);
  });

  test('an unknown name is answered with one like it', () => {
    assert.throws(
      () => resolve('lab01:', 'lab1'),
      new UserError('the machine database has no object lab1; did you mean lab01?'),
    );
    assert.throws(() => resolve('m:', 'constructor'), new UserError('the machine database has no object constructor'));
  });
});

suite('sets of words', () => {
  const table: [what: string, lines: string, value: string | undefined][] = [
    ['= keeps the text', 'A=b  a b', 'b  a b'],
    ['+= on nothing', 'A+=x y', 'x y'],
    ['+= of nothing on nothing', 'A+=', ''],
    ['+= appends', 'A=a b\nA+=c', 'a b c'],
    ['+= skips what is there', 'A=a b\nA+=b c a d', 'a b c d'],
    ['+= makes a set', 'A=b  a b\nA+=c', 'b a c'],
    ['-= removes', 'A=a b c\nA-=c a', 'b'],
    ['-= of what is not there', 'A=a b\nA-=c', 'a b'],
    ['-= of all', 'A=a\nA-=a', ''],
    ['-= on nothing', 'A-=a', undefined],
    ['only whole words', 'A=texinfo tex\nA-=tex', 'texinfo'],
    ['tabs separate', 'A=a\tb\nA-=a', 'b'],
    ['= starts anew', 'A+=a\nA=b\nA+=c', 'b c'],
    ['in order', 'A=a\nA-=a\nA+=a b\nA-=b', 'a'],
  ];
  for (const [what, lines, value] of table) test(what, () => assert.equal(resolve(`m:\n${lines}`)['A'], value));
});

suite('references', () => {
  const table: [what: string, lines: string, value: string][] = [
    ['replaced', 'A=http://${B}/${C}\nB=server\nC=x y', 'http://server/x y'],
    ['through others', 'A=${B}\nB=${C}\nC=end', 'end'],
    ['the final value counts', 'A=${B}\nB=1\nB=2', '2'],
    ['to an empty value', 'A=<${B}>\nB=', '<>'],
    ['not in a value that was put in', 'A=${B}\nB=$${C}', '${C}'],
    ['$${ is literal', 'A=$${net0/mac}', '${net0/mac}'],
    ['$${ next to a reference', 'A=$${${B}\nB=b', '${b'],
    ['other dollars are text', 'A=$B $ {B} $$', '$B $ {B} $$'],
  ];
  for (const [what, lines, value] of table) test(what, () => assert.equal(resolve(`m:\n${lines}`)['A'], value));

  test("an heir's value reaches its parent's references", () => {
    assert.equal(resolve('m: p\nB=m\np:\nA=${B}\nB=p')['A'], 'm');
  });

  const long = Array.from({ length: 30 }, (_, index) => `V${index + 1}=\${V${index}}\${V${index}}`).join('\n');
  const faulty: [what: string, text: string, faults: string[]][] = [
    [
      'unknown, each at the line that holds it',
      'm: p\nNAMESERVER=1\nA=${NAMSERVER} ${X}\np:\nB=${Y}',
      [
        '5: m: B refers to ${Y}, which is not set',
        '3: m: A refers to ${NAMSERVER}, which is not set (did you mean NAMESERVER?)',
        '3: m: A refers to ${X}, which is not set',
      ],
    ],
    ['not a prototype', 'm:\nA=${constructor}', ['2: m: A refers to ${constructor}, which is not set']],
    ['removed', 'm: p\nA=${B}\np:\nB-=x', ['2: m: A refers to ${B}, which is not set']],
    ['to itself', 'm:\nA=${A}', ['2: m: A refers to itself: A → A']],
    ['in a circle, said once', 'm:\nX=${A}\nA=${B}\nB=${C}\nC=${A}', ['5: m: A refers to itself: A → B → C → A']],
    ['no name', 'm:\nA=${a b}', ['2: m: A contains ${a b}, which is not a reference (write $${ for a literal ${)']],
    ['no end', 'm:\nA=${B', ['2: m: A contains ${B, which is not a reference (write $${ for a literal ${)']],
    [
      'growth',
      `m:\nV0=0123456789\n${long}`,
      ['15: m: V13 is longer than 65536 characters once its references are replaced'],
    ],
  ];
  for (const [what, text, faults] of faulty) test(what, () => assert.deepEqual(faultsOf(text), faults));

  test('any references end in values or faults', () => {
    const value = fc.array(fc.constantFrom('${A}', '${B}', '${C}', '${D}', '$', '{', '}', 'x', '${', '$${'), {
      maxLength: 6,
    });
    fc.assert(
      fc.property(value, value, value, (a, b, c) => {
        try {
          resolve(`m:\nA='${a.join('')}'\nB='${b.join('')}'\nC='${c.join('')}'`);
        } catch (error) {
          assert.ok(error instanceof FaultsError && error.faults.length > 0, String(error));
        }
      }),
      { numRuns: 1000 },
    );
  });
});

suite('size', () => {
  const count = 20_000;
  const objects = Array.from(
    { length: count },
    (_, index) => `o${index}: o${index + 1}\nP+=w${index}\nV${index}=\${V${index + 1}}\n`,
  );

  test('a chain of 20,000 parents and references', { timeout: 10_000 }, () => {
    const text = `${objects.join('')}o${count}:\nV${count}=end`;
    const record = resolveRecord(parseMachdb([{ path: 'a.db', text }]), 'o0');
    assert.equal(record['V0'], 'end');
    assert.equal(record['P']?.split(' ').length, count);
  });

  test('a circle of 20,000 references', { timeout: 10_000 }, () => {
    const text = `${objects.join('')}o${count}:\nV${count}=\${V0}`;
    assert.throws(() => resolveRecord(parseMachdb([{ path: 'a.db', text }]), 'o0'), /refers to itself: .* → … → /);
  });
});

test('contributions come in the order in which they apply', () => {
  const db = parseMachdb([{ path: 'a.db', text: 'm: p q\nA-=x\np:\nA=x y\nq: p\nA+=z' }]);
  assert.deepEqual(
    listContributions(db, 'm').map(({ object, assignment }) => `${object}:${assignment.line} ${assignment.operator}`),
    ['p:4 =', 'q:6 +=', 'm:2 -='],
  );
});

test('what a site says of its variables is in no record, wherever it stands', () => {
  const text =
    'all:\nDECLARE_ROOM=word: Where.\nROOM=A\nm: all\nIP=10.0.0.1\nDECLARE_ROW+=text: x\nn: all\nDECLARE_N=text: y\n';
  assert.deepEqual(resolve(text), { ROOM: 'A', IP: '10.0.0.1' });
  assert.deepEqual(resolve(text, 'n'), { ROOM: 'A' });
});
