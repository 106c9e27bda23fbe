import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { planCheckout } from './plan-checkout.ts';

const line = (mode: string, path: string): string => `${mode} blob ${'a'.repeat(40)}\t${path}\0`;
const plan = (...lines: string[]): string[] => planCheckout(lines.join(''), 'sites/lab/', 'HEAD');

suite('the files of a site in a revision', () => {
  test('are files, and links inside of packages', () => {
    const listing = [
      line('100644', 'sites/lab/site.yaml'),
      line('100755', 'sites/lab/packages/a/bin/a b\nc'),
      line('120000', 'sites/lab/packages/a/etc/link'),
      line('100644', 'sites/lab/packages/a/.packagelink.yaml'),
      // Nobody reads a name of the listing that is not a package tree.
      line('120000', 'sites/lab/packages/b'),
      line('100644', 'sites/lab/packages/a/\xff'),
    ];
    assert.deepEqual(plan(...listing), [
      'sites/lab/site.yaml',
      'sites/lab/packages/a/bin/a b\nc',
      'sites/lab/packages/a/etc/link',
      'sites/lab/packages/a/.packagelink.yaml',
      'sites/lab/packages/b',
      'sites/lab/packages/a/\xff',
    ]);
  });

  const refused: [what: string, lines: string[], says: RegExp][] = [
    ['a link in place of the database', [line('120000', 'sites/lab/machdb')], /machdb: error: is a symbolic link/],
    ['a link in the database', [line('120000', 'sites/lab/machdb/a.db')], /is a symbolic link/],
    ['a link in place of all packages', [line('120000', 'sites/lab/packages')], /is a symbolic link/],
    ['a link as settings', [line('120000', 'sites/lab/site.yaml')], /is a symbolic link/],
    ['a link as a recipe', [line('120000', 'sites/lab/images/x.yaml')], /is a symbolic link/],
    [
      "a link as a package's settings",
      [line('120000', 'sites/lab/packages/a/.packagelink.yaml')],
      /is a symbolic link/,
    ],
    [
      'a file below a link',
      [line('120000', 'sites/lab/packages/a/x'), line('100644', 'sites/lab/packages/a/x/y')],
      /x\/y: error: lies below a symbolic link/,
    ],
    [
      'a file below a link that stands for a package',
      [line('120000', 'sites/lab/packages/a'), line('100644', 'sites/lab/packages/a/y')],
      /lies below a symbolic link/,
    ],
    ['a path upwards', [line('100644', 'sites/lab/packages/a/../../../../x')], /leads out of the site/],
    ['an absolute path', [line('100644', '/etc/passwd')], /leads out of the site/],
    ['a submodule', [line('160000', 'sites/lab/packages/a')], /perhaps a submodule/],
  ];
  for (const [what, lines, says] of refused) test(`not ${what}`, () => assert.throws(() => plan(...lines), says));
});
