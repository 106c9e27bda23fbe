import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { UserError } from '../../lib/errors.ts';
import type { EditPlan, MachdbFile } from './draft.ts';
import { formatEdit } from './format-edit.ts';
import { parseSettings } from './parse-arguments.ts';
import { planAdd } from './plan-add.ts';
import { listOwnAddresses, planClone } from './plan-clone.ts';
import { planRemove } from './plan-remove.ts';
import { planRename } from './plan-rename.ts';
import { planSet, planUnset } from './plan-set.ts';

function file(text: string, path = 'x.db'): MachdbFile {
  return { path, text };
}

/** The texts as the plan leaves them. */
function after(files: readonly MachdbFile[], plan: EditPlan): string {
  const changed = new Map(plan.files.map(({ path, newText }) => [path, newText]));
  return files.map(({ path, text }) => changed.get(path) ?? text).join('---\n');
}

function said(plan: EditPlan): string[] {
  return formatEdit({ ...plan, warnings: [] })
    .trimEnd()
    .split('\n');
}

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
    ['does nothing twice', 'm:\nA=x\n', ['A=x'], 'm:\nA=x\n', ['nothing to change: it is so already']],
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
      ['nothing to change: it is so already'],
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

suite('add', () => {
  const groups = 'lab:\n    A=1\n';
  const table: [what: string, files: string[], parents: string[], after: string, place: string][] = [
    [
      'behind the last machine with the same parents',
      [groups, 'a: lab\n IP=1\n\nb: lab\n IP=2\n\nc:\n IP=3\n', 'z:\n'],
      ['lab'],
      `${groups}---\na: lab\n IP=1\n\nb: lab\n IP=2\n\nnew: lab\n X=1\n\nc:\n IP=3\n---\nz:\n`,
      '1.db:7',
    ],
    [
      'without a blank line where there is none',
      [`${groups}a: lab\n\tIP=1\nb: lab\n\tIP=2`],
      ['lab'],
      `${groups}a: lab\n\tIP=1\nb: lab\n\tIP=2\nnew: lab\n\tX=1`,
      '0.db:7',
    ],
    [
      'a group is no machine',
      [`${groups}\nsub: lab\n\nc:\n IP=1\n`, '# all\n\nz:\n    A=1\n\n# end\n'],
      ['lab'],
      `${groups}\nsub: lab\n\nc:\n IP=1\n---\n# all\n\nz:\n    A=1\n\nnew: lab\n    X=1\n\n# end\n`,
      '1.db:6',
    ],
    ['to an empty file', [''], [], 'new:\n    X=1\n', '0.db:1'],
    ['to a file of comments', ['# all'], [], '# all\n\nnew:\n    X=1', '0.db:3'],
    [
      'behind indented comments',
      ['lab:\n A=1\n # B=1\n# Z\nz:\n'],
      [],
      'lab:\n A=1\n # B=1\n# Z\nz:\nnew:\n X=1\n',
      '0.db:6',
    ],
  ];
  for (const [what, texts, parents, expected, place] of table) {
    test(what, () => {
      const files = texts.map((text, index) => file(text, `${index}.db`));
      const plan = planAdd(files, { name: 'new', parents, settings: parseSettings(['X=1']) });
      assert.equal(after(files, plan), expected);
      assert.equal(said(plan)[0], `${place}: new:${parents.map((name) => ` ${name}`).join('')} (new)`);
    });
  }

  test('with a file, only that one is considered; it may be new', () => {
    const files = [file('a:\n IP=1\n', 'a.db'), { path: 'b.db', text: undefined }, file('c:\n IP=2\n', 'c.db')];
    const plan = (path: string) => planAdd(files, { name: 'new', parents: [], file: path, settings: [] });
    assert.deepEqual(
      plan('a.db').files.map(({ path, newText }) => path + newText),
      ['a.dba:\n IP=1\n\nnew:\n'],
    );
    assert.deepEqual(
      plan('b.db').files.map(({ path, newText }) => path + newText),
      ['b.dbnew:\n'],
    );
  });

  test('refuses a name that is taken', () => {
    const plan = () => planAdd([file('\nm:\n')], { name: 'm', parents: [], settings: [] });
    assert.throws(plan, { message: 'there is an object m already: x.db:2', exitCode: 2 });
  });
});

suite('remove', () => {
  const table: [what: string, before: string, names: string[], after: string, said: string[]][] = [
    [
      'one of three',
      'a:\n A=1\n\nm:\n # why\n A=1\n # B=1\n\nz:\n',
      ['m'],
      'a:\n A=1\n\nz:\n',
      ['x.db:4: m removed (was m:)'],
    ],
    ['the last', 'a:\n\nm:\n A=1\n', ['m'], 'a:\n', ['x.db:3: m removed (was m:)']],
    ['the first', 'm:\n A=1\n\na:\n', ['m'], 'a:\n', ['x.db:1: m removed (was m:)']],
    ['the only one', 'm:\n A=1', ['m'], '', ['x.db:1: m removed (was m:)']],
    [
      'a comment above stays',
      'a:\n\n# The lab\n#\nm: a\n\nz:\n',
      ['m'],
      'a:\n\n# The lab\n#\n\nz:\n',
      ['x.db:5: m removed (was m: a)', 'x.db:3: left as it is: # The lab', 'x.db:4: left as it is: #'],
    ],
    [
      'with its heirs',
      'm:\nn: m\no:\n',
      ['m', 'n', 'm'],
      'o:\n',
      ['x.db:1: m removed (was m:)', 'x.db:2: n removed (was n: m)'],
    ],
    [
      'a continued line is no blank line',
      'a:\nA=\\\n\nm:\n\nz:\n',
      ['m'],
      'a:\nA=\\\n\n\nz:\n',
      ['x.db:4: m removed (was m:)'],
    ],
  ];
  for (const [what, before, names, expected, lines] of table) {
    test(what, () => {
      const plan = planRemove([file(before)], names);
      assert.equal(after([file(before)], plan), expected);
      assert.deepEqual(said(plan), lines);
    });
  }

  test('refuses what others inherit from and names them', () => {
    const files = [file('m:\nn: m\n'), file('o: n m\n', 'y.db')];
    assert.throws(() => planRemove(files, ['m', 'o']), {
      message: 'm cannot be removed: n (x.db:2) inherits from it',
      exitCode: 2,
    });
    assert.throws(() => planRemove(files, ['n', 'm']), {
      message: 'n cannot be removed: o (y.db:1) inherits from it\nm cannot be removed: o (y.db:1) inherits from it',
    });
  });
});

suite('rename', () => {
  test('the header, every parent and nothing else; the file of the header last', () => {
    const files = [
      file('m : m2 # m\n A=m\n', 'a.db'),
      file('x: m m2 \\\n  m # m\n A=http://m.example/ m-1 m2\nm-1:\nm2:\n', 'b.db'),
    ];
    const plan = planRename(files, { from: 'm', to: 'new.one' });
    const b = 'x: new.one m2 \\\n  new.one # m\n A=http://m.example/ m-1 m2\nm-1:\nm2:\n';
    assert.equal(after(files, plan), `new.one : m2 # m\n A=m\n---\n${b}`);
    assert.deepEqual(
      plan.files.map(({ path }) => path),
      ['b.db', 'a.db'],
    );
    assert.deepEqual(said(plan).toSorted(), [
      'a.db:1: new.one: m2 (was m: m2)',
      'a.db:2: left as it is: new.one A=m',
      'b.db:1: x: new.one m2 new.one (was x: m m2 m)',
      'b.db:3: left as it is: x A=http://m.example/ m-1 m2',
    ]);
  });

  test('refuses names that are taken or the same', () => {
    assert.throws(
      () => planRename([file('m:\nn:\n')], { from: 'm', to: 'n' }),
      /there is an object n already: x\.db:2/,
    );
    assert.throws(() => planRename([file('m:\n')], { from: 'm', to: 'm' }), /m has this name already/);
  });
});

suite('clone', () => {
  const before =
    'lab:\n\n# The first\nm: lab # here\n # inside\n IP=1  # one\n NIC_b_MAC=2\n ALIASES=m-console\n\nz:\n';

  test('copies the text behind the original', () => {
    const plan = planClone([file(before)], { from: 'm', to: 'n', settings: parseSettings(['IP=2', 'B=3']) });
    const copy = '\nn: lab # here\n # inside\n IP=2  # one\n NIC_b_MAC=2\n ALIASES=m-console\n B=3\n';
    assert.equal(after([file(before)], plan), before.replace('\n\nz', `\n${copy}\nz`));
    assert.deepEqual(said(plan), ['x.db:10: n: lab (new)', 'x.db:12: n IP=2 (was 1)', 'x.db:15: n B=3 (new)']);
  });

  test('says which variables need a --set', () => {
    const cloning = { from: 'm', to: 'n', settings: parseSettings(['IP=2']) };
    assert.deepEqual(listOwnAddresses([file(before)], cloning), ['NIC_b_MAC', 'ALIASES']);
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

suite('arguments', () => {
  const table: [texts: string[], problem: RegExp][] = [
    [['A'], /'A' is not an assignment: write VAR=VALUE/],
    [['1A=x', 'A-B=x'], /'1A' is not a variable.*\n'A-B' is not a variable/],
    [['=x'], /'' is not a variable/],
    [['A=1', 'A=2'], /A is given twice/],
    [['A+= '], /A\+= names no words/],
    [['HOSTNAME=x'], /machdb rename OLD NEW/],
    [['__proto__=x'], /'__proto__' is not a variable/],
    [['A=x\ny'], /it has a line break, and a value is one line/],
    [['A=x\u0007'], /it holds the character U\+0007/],
    [[`A="it's"`], /it holds both kinds of quotes, and begins with a quote/],
    [[`A=it's "x" `], /both kinds of quotes, and has a blank at an end/],
    [[`A=it's "x" #`], /both kinds of quotes, and holds a # behind a blank/],
    [[`A=it's "x"\\`], /both kinds of quotes, and ends with a backslash/],
  ];
  for (const [texts, problem] of table) {
    test(JSON.stringify(texts), () => {
      assert.throws(
        () => parseSettings(texts),
        (error) => error instanceof UserError && error.exitCode === 2 && problem.test(error.message),
      );
    });
  }

  test('words of one operator are put together', () => {
    assert.deepEqual(parseSettings(['A+=x', 'B=a=b+=c', 'A-=z', 'A+=y']), [
      { variable: 'A', operator: '+=', value: 'x y' },
      { variable: 'B', operator: '=', value: 'a=b+=c' },
      { variable: 'A', operator: '-=', value: 'z' },
    ]);
  });
});
