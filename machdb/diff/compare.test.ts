import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { FaultsError } from '../../lib/errors.ts';
import { parseMachdb } from '../parse.ts';
import { compareMachdb, hasDifferences } from './compare.ts';
import { formatDiff } from './format-diff.ts';

const LAB = `
net:
    DOMAIN=lab.example
    FQDN=\${HOSTNAME}.\${DOMAIN}
client: net
    PACKAGES=bash tex
    PRINTER=hall
n1: client
    IP=10.0.0.1
n2: client
    IP=10.0.0.2
    PACKAGES+=emacs
n3: net
    IP=10.0.0.3
`;

function compare(before: string, after: string) {
  const [old, current] = [before, after].map((text, index) => parseMachdb([{ path: `${index}.db`, text }]));
  assert.ok(old !== undefined && current !== undefined);
  return compareMachdb({ before: old, after: current });
}

function diff(before: string, after: string, eachName = false): string {
  return formatDiff(compare(before, after), { eachName }).join('\n');
}

suite('diff', () => {
  const table: [what: string, edit: (text: string) => string, lines: string[]][] = [
    ['nothing', (text) => text, ['no differences; 3 machines unchanged']],
    [
      'comments, blanks and quotes',
      (text) => `# x\n${text.replace('PRINTER=hall', ' PRINTER = "hall"  # where it stands\n\n')}`,
      ['no differences; 3 machines unchanged'],
    ],
    [
      'a word of a set',
      (text) => text.replace('PACKAGES=bash tex', 'PACKAGES=bash vim'),
      [
        '2 machines in 1 group; 1 unchanged',
        '',
        '2 machines: n[1-2]',
        '  PACKAGES: -tex +vim',
        '    - 0.db:6: PACKAGES=bash tex  (client)',
        '    + 1.db:6: PACKAGES=bash vim  (client)',
      ],
    ],
    [
      'what is set from the name',
      (text) => text.replace('DOMAIN=lab', 'DOMAIN=new'),
      [
        '3 machines in 1 group; 0 unchanged',
        '',
        '3 machines: n[1-3]',
        '  DOMAIN: "lab.example" → "new.example"',
        '    - 0.db:3: DOMAIN=lab.example  (net)',
        '    + 1.db:3: DOMAIN=new.example  (net)',
        '  FQDN: "${HOSTNAME}.lab.example" → "${HOSTNAME}.new.example"',
        '    on n1: "n1.lab.example" → "n1.new.example"',
        '    through ${DOMAIN}',
      ],
    ],
    [
      'another parent',
      (text) => text.replace('n3: net', 'n3: client'),
      [
        '1 machine in 1 group; 2 unchanged',
        '',
        '1 machine: n3',
        '  PACKAGES: not set → "bash tex"',
        '    + 1.db:13: n3: client',
        '  PRINTER: not set → "hall"',
        '    + 1.db:13: n3: client',
      ],
    ],
    [
      'a line less, a machine less and one more',
      (text) => text.replace('    PRINTER=hall\n', '').replace('n3: net', 'n4: net'),
      [
        '2 machines in 1 group; 1 machine added; 1 machine removed; 0 unchanged',
        '',
        '1 machine added: n4',
        '    1.db:12: n4',
        '',
        '1 machine removed: n3',
        '    0.db:13: n3',
        '',
        '2 machines: n[1-2]',
        '  PRINTER: "hall" → not set',
        '    - 0.db:7: PRINTER=hall  (client)',
      ],
    ],
    [
      'the largest group first, names on request',
      (text) =>
        text
          .replace('10.0.0.2', '10.0.0.12')
          .replace('PRINTER=hall', 'PRINTER=cellar')
          .replace('n1: client', 'n0: client\n    IP=10.0.0.9\nn1: client'),
      [
        '2 machines in 2 groups; 1 machine added; 1 unchanged',
        '',
        '1 machine added: n0',
        '    1.db:8: n0',
        '',
        '1 machine: n1',
        '  PRINTER: "hall" → "cellar"',
        '    - 0.db:7: PRINTER=hall  (client)',
        '    + 1.db:7: PRINTER=cellar  (client)',
        '',
        '1 machine: n2',
        '  IP: "10.0.0.2" → "10.0.0.12"',
        '    - 0.db:11: IP=10.0.0.2  (n2)',
        '    + 1.db:13: IP=10.0.0.12  (n2)',
        '  PRINTER: "hall" → "cellar"',
        '    - 0.db:7: PRINTER=hall  (client)',
        '    + 1.db:7: PRINTER=cellar  (client)',
      ],
    ],
  ];
  for (const [what, edit, lines] of table) {
    test(what, () => assert.deepEqual(diff(LAB, edit(LAB)).split('\n'), lines));
  }

  test('words that are made from the name', () => {
    const text = 'all:\nP=a\nm1: all\nIP=10.0.0.1\nP+=x\nm2: all\nIP=10.0.0.2\n';
    const lines = diff(text, text.replace('P=a', 'P=a ${HOSTNAME}-b')).split('\n');
    assert.deepEqual(lines.slice(2, 5), ['2 machines: m[1-2]', '  P: +${HOSTNAME}-b', '    on m1: "a x" → "a m1-b x"']);
  });

  test('words in another order are shown as they are', () => {
    const text = 'm:\nIP=10.0.0.1\nP=a b\nP+=c\n';
    assert.match(diff(text, text.replace('a b', 'b a')), /P: "a b c" → "b a c"/);
    assert.match(diff(text, text.replace('a b', 'b a d')), /P: "a b c" → "b a d c"/);
  });

  test('the order of parents is a cause', () => {
    const text = 'a:\nP=a\nb:\nP=b\nm: a b\nIP=10.0.0.1\n';
    assert.match(diff(text, text.replace('m: a b', 'm: b a')), /P: "b" → "a"\n {4}\+ 1\.db:5: m: b a$/);
  });

  test('of a new group in between, its lines are the cause', () => {
    const text = LAB.replace('n3: net', 'mid: net\n    PRINTER=cellar\nn3: mid');
    const lines = diff(LAB, text).split('\n');
    assert.deepEqual(lines.slice(3), ['  PRINTER: not set → "cellar"', '    + 1.db:14: PRINTER=cellar  (mid)']);
  });

  test('values that only look alike are no group', () => {
    const text = 'one:\nIP=10.0.0.1\nURL=${HOSTNAME}/x\ntwo:\nIP=10.0.0.2\nURL=$${HOSTNAME}/x\n';
    const { groups } = compare(text, text.replaceAll('/x', '/y'));
    assert.deepEqual(
      groups.map(({ machines, changes }) => [machines, changes.map(({ change }) => change)]),
      [
        [['one'], [{ kind: 'value', template: true, before: '${HOSTNAME}/x', after: '${HOSTNAME}/y' }]],
        [['two'], [{ kind: 'value', template: false, before: '${HOSTNAME}/x', after: '${HOSTNAME}/y' }]],
      ],
    );
  });

  test('what the language cannot write is shown as it is', () => {
    const text = 'all:\nSIGN=$\nm: all\nIP=10.0.0.1\nV=${SIGN}${HOSTNAME}/x\n';
    const { groups } = compare(text, text.replace('/x', '/y'));
    assert.deepEqual(groups[0]?.changes[0]?.change, { template: false, kind: 'value', before: '$m/x', after: '$m/y' });
  });

  test("another machine's name in a value keeps machines apart", () => {
    const text = 'one:\nIP=10.0.0.1\nURL=one/x\ntwo:\nIP=10.0.0.2\nURL=one/x\nthree:\nIP=10.0.0.3\nURL=three/x\n';
    const { groups } = compare(text, text.replaceAll('/x', '/y'));
    assert.deepEqual(
      groups.map(({ machines }) => machines),
      [['one', 'two'], ['three']],
    );
  });

  test('long values stand below each other, many causes are counted', () => {
    const machine = (index: number) => `m${index}:\nIP=10.0.0.${index}\nV=${'x'.repeat(80)}old\n`;
    const text = Array.from({ length: 9 }, (_, index) => machine(index)).join('');
    const lines = diff(text, text.replaceAll('old', 'new')).split('\n');
    assert.deepEqual(lines.slice(2, 6), [
      '9 machines: m[0-8]',
      '  V:',
      `      - "${'x'.repeat(80)}old"`,
      `      + "${'x'.repeat(80)}new"`,
    ]);
    assert.equal(lines.at(-1), '    … and 15 more');
  });

  test('--names prints every name on a line of its own', () => {
    const lines = diff(LAB, LAB.replace('hall', 'cellar').replace('n3:', 'n4:'), true).split('\n');
    assert.deepEqual(
      lines.filter((line) => /^ {2}n\d$/.test(line)),
      ['  n4', '  n3', '  n1', '  n2'],
    );
  });

  test('a machine that loses its own addresses is removed', () => {
    const { removed, added } = compare(LAB, LAB.replace('    IP=10.0.0.3\n', ''));
    assert.deepEqual([removed.map(({ name }) => name), added], [['n3'], []]);
  });

  test('a reached machine that does not resolve is a fault, in either database', () => {
    const broken = LAB.replace('DOMAIN=lab.example', 'DOMAIN=${SITE}');
    for (const [before, after, where] of [
      [LAB, broken, '1.db'],
      [broken, LAB, '0.db'],
    ] as const) {
      assert.throws(
        () => compare(before, after),
        (error) => error instanceof FaultsError && error.faults.every((fault) => fault.where === where),
      );
    }
    assert.equal(hasDifferences(compare(broken, broken)), false);
  });
});
