// What the programs are told that bring packages back; test/integration/fleet-orders-restore.test.ts has the real ones.
import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { ask } from './ask.ts';
import { dpkg } from './dpkg/dpkg.ts';
import type { PackageChange } from './package-job.ts';
import type { PackageItem } from './package-system.ts';
import { rpm } from './rpm/rpm.ts';

const changes: readonly PackageChange[] = [
  { name: 'app', arch: 'amd64', before: '2', after: '1' },
  { name: 'new', arch: 'all', before: '1', after: undefined },
  { name: 'old', arch: 'all', before: undefined, after: '1' },
];

const installed: readonly PackageItem[] = [
  { name: 'app', arch: 'amd64', version: '2', flags: ['auto'], origin: '' },
  { name: 'new', arch: 'all', version: '1', flags: ['auto'], origin: '' },
];

const sayVersion = (stdout: string) => ({ run: () => Promise.resolve({ exitCode: 0, stdout, stderr: '' }) });
const lastWords = (argv: readonly string[], count: number): string => argv.slice(-count).join(' ');

suite('back to exact versions', () => {
  test('apt is told all at once, and what came for another package stays marked so', async () => {
    const { commands, script } = await ask(dpkg.restore({ changes, installed }, '/script'), sayVersion(''));
    assert.equal(script, undefined);
    assert.equal(lastWords(commands[0]?.argv ?? [], 6), '--allow-downgrades install -- app:amd64=1 new:all- old:all=1');
    assert.equal(commands[1]?.argv.join(' '), 'apt-mark auto -- app:amd64');
  });

  test('dnf 4 is told by a script for its shell', async () => {
    const { commands, script } = await ask(rpm.restore({ changes, installed }, '/script'), sayVersion('4.14.0\n'));
    assert.equal(script, 'downgrade app-1.amd64\nremove new-1.all\ninstall old-1.all\nrun\n');
    assert.equal(lastWords(commands[0]?.argv ?? [], 2), 'shell /script');
  });

  test('dnf 5 is told on its command line', async () => {
    const { commands, script } = await ask(
      rpm.restore({ changes, installed }, '/script'),
      sayVersion('dnf5 version 5.2.10.0\n'),
    );
    assert.equal(script, undefined);
    assert.equal(
      lastWords(commands[0]?.argv ?? [], 7),
      'do --action=downgrade app-1.amd64 --action=remove new-1.all --action=install old-1.all',
    );
  });

  test('what could be an option, or a line of a script, is refused', async () => {
    const bad: readonly Partial<PackageChange>[] = [{ name: '-y' }, { after: '1\nrun' }, { arch: 'a b' }];
    for (const fault of bad) {
      const one = [{ name: 'app', arch: 'amd64', before: '2', after: '1', ...fault }];
      for (const system of [dpkg, rpm]) {
        await assert.rejects(
          async () => ask(system.restore({ changes: one, installed }, '/script'), sayVersion('4.14.0')),
          /is not/,
        );
      }
    }
  });
});
