import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { planHooks } from './plan-hooks.ts';
import type { HookFile } from './plan-hooks.ts';

const hook = (name: string, more: Partial<HookFile> = {}, dir = '/usr'): HookFile => ({
  name: `${name}.updatelist`,
  path: `${dir}/${name}.updatelist`,
  kind: 'file',
  sizeBytes: 10,
  isExecutable: true,
  ...more,
});
const own = (name: string, more: Partial<HookFile> = {}): HookFile => hook(name, more, '/etc');
const packaged = [
  hook('lam'),
  hook('dsh'),
  hook('a b'),
  hook('Z'),
  { ...hook('x'), name: 'x.updatelist.dpkg-old' },
  hook('.x'),
  hook(''),
];

suite('which hooks run', () => {
  test('all of them, byte by byte, without what only looks like one', () => {
    assert.deepEqual(
      planHooks(packaged, [], ['all']).map(({ radix }) => radix),
      ['Z', 'a b', 'dsh', 'lam'],
    );
  });
  test('those that are named, once each, in their own order', () => {
    assert.deepEqual(
      planHooks(packaged, [], ['lam', 'dsh.updatelist', 'lam']).map(({ radix }) => radix),
      ['dsh', 'lam'],
    );
  });
  test("the administrator's instead of the package's", () => {
    assert.deepEqual(planHooks([hook('dsh')], [own('dsh'), own('new')], ['all']), [
      { radix: 'dsh', path: '/etc/dsh.updatelist', overrides: '/usr/dsh.updatelist', skipped: undefined },
      { radix: 'new', path: '/etc/new.updatelist', overrides: undefined, skipped: undefined },
    ]);
  });
  const skipped: readonly [Partial<HookFile>, RegExp][] = [
    [{ sizeBytes: 0 }, /switched off/],
    [{ kind: 'null', sizeBytes: 0, isExecutable: false }, /switched off/],
    [{ kind: 'directory' }, /is a directory/],
    [{ kind: 'other', sizeBytes: 0, isExecutable: false }, /is not a file/],
    [{ isExecutable: false }, /is not executable \(chmod \+x \/etc\/dsh\.updatelist\)/],
  ];
  test('what is not run, and does not let the other run either', () => {
    for (const [more, why] of skipped) {
      const [found, ...others] = planHooks([hook('dsh')], [own('dsh', more)], ['dsh']);
      assert.match(found?.skipped ?? '', why);
      assert.equal(others.length, 0);
    }
  });
  test('unknown names', () => {
    assert.throws(() => planHooks(packaged, [], ['lamm', 'dsh', 'qqqqqq']), {
      exitCode: 2,
      message: 'there is no hook lamm; did you mean lam?\nthere is no hook qqqqqq',
    });
    assert.throws(() => planHooks([], [], ['all', 'dsh']), { exitCode: 2, message: /exclude each other/ });
  });
});
