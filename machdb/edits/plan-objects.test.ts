import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { after, file, said } from './edited-text.ts';
import { parseSettings } from './parse-arguments.ts';
import { planAdd } from './plan-add.ts';
import { listOwnAddresses, planClone } from './plan-clone.ts';
import { planRemove } from './plan-remove.ts';
import { planRename } from './plan-rename.ts';

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
    assert.throws(plan, { message: 'the object m already exists: x.db:2', exitCode: 2 });
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
    assert.throws(() => planRename([file('m:\nn:\n')], { from: 'm', to: 'n' }), /the object n already exists: x\.db:2/);
    assert.throws(() => planRename([file('m:\n')], { from: 'm', to: 'm' }), /m already has this name/);
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

  test('leaves the disks of the original, unless they are given', () => {
    const text =
      'm:\n IP=1\n DISK_a=serial:S1 size:1G-  # its own\n DISK_b=size:1G-\n DISK_c=wwn:0x5\n DISK_d+= \\\n  serial:S2\n X=serial:S1\n';
    const plan = planClone([file(text)], { from: 'm', to: 'n', settings: parseSettings(['DISK_c=serial:S3']) });
    assert.equal(after([file(text)], plan), `${text}\nn:\n IP=1\n DISK_b=size:1G-\n DISK_c=serial:S3\n X=serial:S1\n`);
    assert.deepEqual(
      plan.remarks.map(({ line, text: remark }) => `${line}: ${remark}`),
      ['DISK_a=serial:S1 size:1G-', 'DISK_d+=serial:S2'].map((line) => `10: not copied: ${line}, which is a disk of m`),
    );
  });

  test('says which variables need a --set', () => {
    const cloning = { from: 'm', to: 'n', settings: parseSettings(['IP=2']) };
    assert.deepEqual(listOwnAddresses([file(before)], cloning), ['NIC_b_MAC', 'ALIASES']);
  });
});
