import assert from 'node:assert/strict';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  readdirSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import type { BootMenuPlan } from './plan-boot-menu.ts';
import { writeBootMenu } from './write-boot-menu.ts';

const MENU = 'boot/grub/grub.cfg';
const planned = (before: string | undefined): NonNullable<BootMenuPlan['write']> => ({
  file: { path: `/${MENU}`, mode: 0o600, content: 'new' },
  before,
  names: ['boot/vmlinuz-6.1'],
  change: { path: MENU, action: 'replaced', why: '' },
});

const cases: [name: string, prepare: (root: string) => void, before: string | undefined, error: RegExp | undefined][] =
  [
    ['the menu that was read', () => {}, 'old', undefined],
    ['no menu, no directory', (root) => rmSync(join(root, 'boot/grub'), { recursive: true }), undefined, undefined],
    [
      'leftovers of a run that was killed',
      (root) => writeFileSync(join(root, 'boot/grub/.grub.cfg.0123456789ab'), 'half'),
      'old',
      undefined,
    ],
    ['a menu that came meanwhile', () => {}, undefined, /changed by somebody else/],
    ['another menu of the same length', () => {}, 'odd', /changed by somebody else/],
    ['a menu that went meanwhile', (root) => rmSync(join(root, MENU)), 'old', /changed by somebody else/],
    [
      'an empty kernel',
      (root) => writeFileSync(join(root, 'boot/vmlinuz-6.1'), ''),
      'old',
      /\/boot\/vmlinuz-6\.1, .* is missing or empty/,
    ],
    ['no kernel', (root) => rmSync(join(root, 'boot/vmlinuz-6.1')), 'old', /is missing or empty/],
    [
      'a link in place of the directory',
      (root) => {
        rmSync(join(root, 'boot/grub'), { recursive: true });
        symlinkSync('/tmp', join(root, 'boot/grub'));
      },
      undefined,
      /links are not followed/,
    ],
  ];

for (const [name, prepare, before, error] of cases) {
  test(`${name}: ${error === undefined ? 'written' : 'refused'}`, async () => {
    const root = mkdtempSync(join(tmpdir(), 'gutinteg-menu-'));
    try {
      mkdirSync(join(root, 'boot/grub'), { recursive: true });
      writeFileSync(join(root, MENU), 'old');
      writeFileSync(join(root, 'boot/vmlinuz-6.1'), 'kernel');
      prepare(root);
      const was = existsSync(join(root, MENU)) ? readFileSync(join(root, MENU), 'utf8') : undefined;
      const errors = await writeBootMenu(root, planned(before));
      if (error === undefined) {
        assert.deepEqual([errors, readdirSync(join(root, 'boot/grub'))], [[], ['grub.cfg']]);
        assert.deepEqual(
          [readFileSync(join(root, MENU), 'utf8'), statSync(join(root, MENU)).mode & 0o777],
          ['new', 0o600],
        );
        return;
      }
      assert.match(errors.join(), error);
      assert.match(errors.join(), /^\/boot\/grub\/grub\.cfg was not written, and nothing was deleted: /);
      assert.equal(existsSync(join(root, MENU)) ? readFileSync(join(root, MENU), 'utf8') : undefined, was);
    } finally {
      rmSync(root, { recursive: true });
    }
  });
}
