// What stood at a path before a package comes back when it goes: what it replaced the last time that it took the path.
import assert from 'node:assert/strict';
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { after, suite, test } from 'node:test';
import { readHistory } from '../state/history.ts';
import { openNightLab } from '../testing/night-lab.ts';
import type { NightTarget } from '../testing/night-lab.ts';
import { look } from '../testing/small-files.ts';
import { temporaryPath } from './stage-files.ts';

const lab = await openNightLab();
after(() => lab[Symbol.dispose]());

const having = await lab.publish('base', { 'etc/a': 'new\n', 'etc/b': 'b\n' });
const without = await lab.publish('base', { 'etc/b': 'b\n' });

const CASES: readonly { readonly name: string; readonly work: (machine: NightTarget) => Promise<void> }[] = [
  {
    name: 'it was edited after a run that could not replace it',
    work: async (machine) => {
      write(machine, 'old\n');
      const temporary = join(machine.target, temporaryPath('etc/a'));
      mkdirSync(join(temporary, 'foreign'), { recursive: true });
      assert.equal((await machine.run([having])).errors.length, 1);
      rmSync(temporary, { recursive: true });
      assert.deepEqual(readHistory(machine.stateFile), []);
      write(machine, 'edited\n');
    },
  },
  {
    name: 'a package had it, gave up what somebody had edited, and took it again',
    work: async (machine) => {
      write(machine, 'old\n');
      await machine.run([having]);
      write(machine, 'edited\n');
      assert.match((await machine.run([without])).notices.join('\n'), /etc\/a is no longer in base, and stays/);
    },
  },
];

suite('the version that comes back is the one that was replaced last', () => {
  for (const { name, work } of CASES)
    test(name, async () => {
      using machine = lab.openTarget();
      await work(machine);
      await machine.run([having]);
      assert.equal(look(machine.target)['etc/a'], '0644 new\n');
      assert.deepEqual((await machine.run([without])).errors, []);
      assert.equal(look(machine.target)['etc/a'], '0644 edited\n');
    });
});

function write({ target }: NightTarget, text: string): void {
  const place = join(target, 'etc/a');
  mkdirSync(dirname(place), { recursive: true });
  writeFileSync(place, text, { mode: 0o644 });
}
