import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { after, file, said } from './edited-text.ts';
import { parseSettings } from './parse-arguments.ts';
import { planSet, planUnset } from './plan-set.ts';

suite('set', () => {
  const table: [what: string, before: string, settings: string[], after: string, said: string[]][] = [
    [
      'replaces the value and nothing else of the line',
      'm:\n\tIP\t=  "10.0.0.1"  # cellar\n',
      ['IP=10.0.0.2'],
      'm:\n\tIP\t=  "10.0.0.2"  # cellar\n',
      ['x.db:2: m IP=10.0.0.2 (was 10.0.0.1)'],
    ],
    [
      'changes quotes that cannot hold it',
      "m:\nA='x' # c\n",
      [`A=it's`],
      'm:\nA="it\'s" # c\n',
      ["x.db:2: m A=it's (was x)"],
    ],
    [
      'puts quotes where they are needed',
      'm:\nA=x\n',
      ['A= a #b '],
      'm:\nA=" a #b "\n',
      ['x.db:2: m A= a #b  (was x)'],
    ],
    [
      'keeps words with quotes bare',
      'm:\nA=x\n',
      [`A=O'Brien's "x"`],
      `m:\nA=O'Brien's "x"\n`,
      [`x.db:2: m A=O'Brien's "x" (was x)`],
    ],
    [
      'moves # to the operator',
      'm:\nA = x\n',
      [`A=#it's "x"`],
      `m:\nA =#it's "x"\n`,
      [`x.db:2: m A=#it's "x" (was x)`],
    ],
    ['empties', 'm:\nA=x # c\n', ['A='], 'm:\nA= # c\n', ['x.db:2: m A= (was x)']],
    ['fills an empty value', 'm:\nA=   # c\n', ['A=x'], 'm:\nA=x   # c\n', ['x.db:2: m A=x (was A=)']],
    [
      'makes one line of several',
      'm:\nA=x \\\n  y # c\nB=1\n',
      ['A=z'],
      'm:\nA=z # c\nB=1\n',
      ['x.db:2: m A=z (was x y)'],
    ],
    ['mends a value that cannot be read', 'm:\nA="x\n', ['A=y'], 'm:\nA="y"\n', ['x.db:2: m A=y (was A=)']],
    [
      'adds a line behind the last one, indented like it',
      'm:\n  A=x\n  # end\n\nn:\n',
      ['B=y'],
      'm:\n  A=x\n  B=y\n  # end\n\nn:\n',
      ['x.db:3: m B=y (new)'],
    ],
    ['indents like the file', 'n:\n\tA=1\nm:\n', ['B=y'], 'n:\n\tA=1\nm:\n\tB=y\n', ['x.db:4: m B=y (new)']],
    [
      'keeps CR LF, byte-order mark and a missing end',
      '\uFEFFm:\r\n A=1',
      ['B=2'],
      '\uFEFFm:\r\n A=1\r\n B=2',
      ['x.db:3: m B=2 (new)'],
    ],
    ['is not taken in by a backslash at the end', 'm:\nA=x \\', ['B=1'], 'm:\nA=x \\\n\nB=1', ['x.db:4: m B=1 (new)']],
    [
      'goes by the order of what is given',
      'm:\nA=x\n',
      ['A+=y', 'A=z', 'A+=w', 'B+=u', 'B-=u'],
      'm:\nA=z w\n',
      ['x.db:2: m A=x y (was x)', 'x.db:2: m A=z (was x y)', 'x.db:2: m A=z w (was z)'],
    ],
    [
      'says nothing of what comes and goes',
      'm:\nA=x\n',
      ['B+=u', 'B-=u'],
      'm:\nA=x\n',
      ['nothing to change: it is already so'],
    ],
    ['does nothing twice', 'm:\nA=x\n', ['A=x'], 'm:\nA=x\n', ['nothing to change: it is already so']],
    [
      'leaves lines that had no effect, takes out those that would have one',
      'm:\nA+=dead\nA=x\nB=1\nA+=y\nA-=z\n',
      ['A=v'],
      'm:\nA+=dead\nA=v\nB=1\n',
      ['x.db:6: m A removed (was A-=z)', 'x.db:5: m A removed (was A+=y)', 'x.db:3: m A=v (was x)'],
    ],
    [
      'sees that several lines give the value',
      'm:\nA=x\nA+=y\n',
      ['A=x y'],
      'm:\nA=x\nA+=y\n',
      ['nothing to change: it is already so'],
    ],
    [
      'turns += into =',
      'm:\nA+=x  # c\nA+=y\n',
      ['A=z'],
      'm:\nA=z  # c\n',
      ['x.db:3: m A removed (was A+=y)', 'x.db:2: m A=z (was A+=x)'],
    ],
    [
      'does not show secrets',
      'm:\nA_SECRET=x\n',
      ['A_SECRET=y'],
      'm:\nA_SECRET=y\n',
      ['x.db:2: m A_SECRET=(hidden) (was (hidden))'],
    ],
    [
      'several variables at once',
      'm:\nA=1\nB=1\nB+=2\n',
      ['C=3', 'B=', 'A=2'],
      'm:\nA=2\nB=\nC=3\n',
      ['x.db:4: m C=3 (new)', 'x.db:4: m B removed (was B+=2)', 'x.db:3: m B= (was 1)', 'x.db:2: m A=2 (was 1)'],
    ],
  ];
  for (const [what, before, settings, expected, lines] of table) {
    test(what, () => {
      const files = [file(before)];
      const plan = planSet(files, 'm', parseSettings(settings));
      assert.equal(after(files, plan), expected);
      assert.deepEqual(said(plan), lines);
    });
  }
});

suite('set += and -=', () => {
  const table: [what: string, before: string, settings: string[], after: string][] = [
    ['adds to the line that has words', 'm:\nP+="a b" # c\n', ['P+=c'], 'm:\nP+="a b c" # c\n'],
    ['adds to a list', 'm:\nP=a b\n', ['P+=c', 'P+=d'], 'm:\nP=a b c d\n'],
    ['does not rewrite what is no list', 'm:\nP=a  b\n', ['P+=c'], 'm:\nP=a  b\nP+=c\n'],
    ['adds a line', 'p:\n P=a\nm: p\n', ['P+=b'], 'p:\n P=a\nm: p\n P+=b\n'],
    [
      'grows only the last of several lines',
      'm:\nP=a \\\n  b \\\n  c # z\nQ=1\n',
      ['P+=d'],
      'm:\nP=a \\\n  b \\\n  c d # z\nQ=1\n',
    ],
    ['knows what is inherited', 'p:\n P=a\nm: p\n', ['P+=a'], 'p:\n P=a\nm: p\n'],
    ['takes -= back', 'p:\n P=a b\nm: p\n P-=a b\n', ['P+=a'], 'p:\n P=a b\nm: p\n P-=b\n'],
    ['takes -= back and adds', 'm:\n P-=a\n', ['P+=a'], 'm:\n    P+=a\n'],
    ['quotes a word when it must', 'm:\nP+=a\n', ['P+=#b'], 'm:\nP+="a #b"\n'],
    ['removes from lists and additions', 'm:\nP=a b\nP+=c d\n', ['P-=b d'], 'm:\nP=a\nP+=c\n'],
    ['keeps an empty list, which hides the inherited one', 'p:\nP=x\nm: p\nP=a\n', ['P-=a'], 'p:\nP=x\nm: p\nP=\n'],
    ['removes an empty addition', 'm:\nP+=a\nQ=1\n', ['P-=a'], 'm:\nQ=1\n'],
    ['removes what is inherited', 'p:\n P=a b\nm: p\n P+=c\n', ['P-=a'], 'p:\n P=a b\nm: p\n P+=c\n P-=a\n'],
    ['needs no line against what is not there', 'm:\nP=a\n', ['P-=b'], 'm:\nP=a\n'],
    ['removes a middle line', 'm:\nP=a \\\n  b \\\n  c\n', ['P-=b'], 'm:\nP=a \\\n  c\n'],
    ['removes a last line with its backslash', 'm:\nP="a \\\n  b \\\n  c"\n', ['P-=c'], 'm:\nP="a \\\n  b \\\n"\n'],
    ['removes a last line without quotes', 'm:\nP=a \\\n  b \\\n  c\nQ=1\n', ['P-=c'], 'm:\nP=a \\\n  b\nQ=1\n'],
    ['keeps a comment behind the last word', 'm:\nP=a \\\n  b # c\nQ=1\n', ['P-=b'], 'm:\nP=a \\\n  # c\nQ=1\n'],
    [
      'is not led astray by an earlier +=',
      'm:\nP+=a  "q" it\'s\nP-=z\n',
      ['P-=a', 'P+=z'],
      'm:\nP+=a  "q" it\'s z\nP-=a\n',
    ],
  ];
  for (const [what, before, settings, expected] of table) {
    test(what, () => {
      const files = [file(before)];
      const plan = planSet(files, 'm', parseSettings(settings));
      assert.equal(after(files, plan), expected);
      assert.deepEqual(after([file(expected)], planSet([file(expected)], 'm', parseSettings(settings))), expected);
    });
  }
});

suite('unset', () => {
  test('removes every own line', () => {
    const files = [file('m:\nA=1\n# why\nB=2 \\\n  3\nA+=x\n')];
    const plan = planUnset(files, 'm', ['A', 'B', 'A']);
    assert.equal(after(files, plan), 'm:\n# why\n');
    assert.deepEqual(said(plan), [
      'x.db:6: m A removed (was A+=x)',
      'x.db:2: m A removed (was 1)',
      'x.db:4: m B removed (was 2 3)',
    ]);
  });

  test('says where a variable is inherited from, of several variables at once', () => {
    const files = [file('g:\nA=1\nB=1\np: g\nA=2\nm: p g\nC=1\n')];
    assert.throws(() => planUnset(files, 'm', ['A', 'B', 'C', 'D']), {
      message: [
        'm has no A of its own; it inherits it from p: A=2 (x.db:5)',
        'm has no B of its own; it inherits it from g: B=1 (x.db:3)',
        'm has no D',
      ].join('\n'),
      exitCode: 1,
    });
  });
});

suite('an object that cannot be edited', () => {
  test('does not exist', () => {
    assert.throws(() => planSet([file('lab01:\n')], 'lab1', parseSettings(['A=1'])), {
      message: 'the machine database has no object lab1; did you mean lab01?',
      exitCode: 1,
    });
  });

  test('is defined twice', () => {
    assert.throws(() => planSet([file('m:\n\nm:\n')], 'm', parseSettings(['A=1'])), {
      message: 'm is defined more than once: x.db:1, x.db:3',
      exitCode: 2,
    });
  });
});
