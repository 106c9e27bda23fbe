import assert from 'node:assert/strict';
import { test } from 'node:test';
import { shownShell } from './console-shell.ts';

test('a shown shell tells the command and what it printed, and answers the same', async () => {
  const told: string[] = [];
  const answers = new Map([
    ['mokutil --sb-state', { output: 'SecureBoot enabled\nPlatform is in User Mode\n', exitCode: 0 }],
    ['rm file', { output: '', exitCode: 1 }],
  ]);
  const shell = shownShell(
    { run: async (command) => Promise.resolve(answers.get(command) ?? assert.fail(command)) },
    { prompt: 'lab01#', onLine: (line) => void told.push(line) },
  );
  for (const [command, answer] of answers) assert.deepEqual(await shell.run(command), answer);
  const output = ['  SecureBoot enabled', '  Platform is in User Mode'];
  assert.deepEqual(told, ['lab01# mokutil --sb-state', ...output, 'lab01# rm file']);
});
