import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { checkMachdb } from '../check.ts';
import { parseMachdb } from '../parse.ts';

/** The warnings of a database whose machines are otherwise sound, as `line: message (suggestion)`. */
function warn(text: string): string[] {
  const faults = checkMachdb(parseMachdb([{ path: 'a.db', text }]), []);
  assert.deepEqual(
    faults.filter(({ severity }) => severity === 'error'),
    [],
  );
  return faults.map(
    ({ line, message, suggestion }) => `${line}: ${message}${suggestion === undefined ? '' : ` (${suggestion})`}`,
  );
}

const table: [what: string, text: string, warnings: string[]][] = [
  ['nothing', 'c:\nA=1\nm: c\nIP=10.0.0.1\n', []],
  [
    'objects that no machine inherits from',
    'used:\nm: used\nIP=10.0.0.1\nDOMAIN=\nbase:\nleft: base\nns:\nNS=n.o.example\nzone: ns\nZONE=x.example\n',
    [
      '5: no machine inherits from base (a machine has a MAC or an address in lines of its own)',
      '6: no machine inherits from left (a machine has a MAC or an address in lines of its own)',
    ],
  ],
  ['an address of IPv6 alone makes a machine', 'c:\nm: c\nIP6=2001:db8::1\n', []],
  [
    'the later parent wins, until somebody sorts the names',
    'a:\nPRINTER=hall\nb:\nPRINTER=cellar\nm: a b\nIP=10.0.0.1\nn: a b\nIP=10.0.0.2\nsettled: a b\nIP=10.0.0.3\nPRINTER=none\n',
    [
      '5: PRINTER of m (and of 1 more) depends on the order of its parents' +
        ' (now "cellar" (b, a.db:4); in reverse "hall" (a, a.db:2))',
    ],
  ],
  [
    'one default that is overridden beside many other parents, once',
    'a:\nPRINTER=hall\nb:\nPRINTER=cellar\nx:\ny:\nm: a b x\nIP=10.0.0.1\nn: a b y\nIP=10.0.0.2\n',
    ['7: PRINTER of m (and of 1 more)'],
  ],
  ['two parents that agree', 'a:\nP=x\nQ=1 2\nb:\nP=x\nQ=1 2\nm: a b\nIP=10.0.0.1\n', []],
  ['words in another order', 'a:\nP+=x\nb:\nP+=y\nm: a b\nIP=10.0.0.1\n', []],
  ['a parent and its own parent', 'a:\nP=1\nb: a\nP=2\nm: a b\nIP=10.0.0.1\nn: b a\nIP=10.0.0.2\n', []],
  [
    'inside a parent, said there and not of its heirs',
    'a:\nP=1\nb:\nP=2\nc: a b\nd:\nm: c d\nIP=10.0.0.1\n',
    ['5: P of c'],
  ],
  ['what one sets and the other adds to', 'a:\nP=1\nb:\nP+=2\nm: a b\nIP=10.0.0.1\n', ['5: P of m']],
  ['what one adds and the other removes', 'a:\nP+=1 2\nb:\nP-=2\nm: a b\nIP=10.0.0.1\n', ['5: P of m']],
  [
    'short names that several machines share, each once',
    'a:\nDOMAIN=a.example\nb:\nDOMAIN=b.example\nc:\nDOMAIN=c.example\nm.a.example: a\nIP=10.0.0.1\nm.b.example: b\nIP=10.0.0.2\nm: c\nIP=10.0.0.3\n' +
      'n: a\nIP=10.0.0.4\nALIASES=www www.b.example\no: b\nIP=10.0.0.5\nALIASES=n\np: b\nIP=10.0.0.6\nALIASES=q q.a.example\n',
    [
      '9: the short name m means m.a.example and m.b.example and 1 more' +
        ' (in /etc/hosts the first line that has it counts; write the whole name where it matters)',
      '16: the short name n means n.a.example and n.b.example',
    ],
  ],
  [
    '-= of what is not there',
    'c:\nP=a b\nm: c\nIP=10.0.0.1\nP-=x a\nn: c\nIP=10.0.0.2\nP-=b\nQ-=y\nR-=\n',
    ['5: P-=x removes nothing', '9: Q-=y removes nothing', '10: R-= names no word'],
  ],
  [
    '-= in a group, of what its heirs have from others',
    'client:\nP=a b\nno-a:\nP-=a\nno-x:\nP-=x\nm: client no-a no-x\nIP=10.0.0.1\nP=z\n',
    ['6: P-=x removes nothing'],
  ],
];

suite('warnings', () => {
  for (const [what, text, expected] of table) {
    test(what, () => {
      const found = warn(text);
      assert.deepEqual(
        found.map((line, index) => line.slice(0, expected[index]?.length)),
        expected,
      );
    });
  }
});
