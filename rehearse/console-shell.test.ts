import assert from 'node:assert/strict';
import { test } from 'node:test';
import { openConsoleShell, shownShell } from './console-shell.ts';

/** A terminal of 80 columns with a shell that shows the line anew when its end meets the last one, as bash does. */
function terminal(answers: ReadonlyMap<string, readonly [string, number]>) {
  let shown = 'root@lab01:~# ';
  const type = (line: string): void => {
    const text = line.trimEnd();
    const [, first, command = '', mark] = /^echo "@<"(\w+); (.*); echo "@@"(\w+) \$\?$/.exec(text) ?? [];
    assert.equal(first, mark);
    const [printed, exitCode] = answers.get(command) ?? ['', 0];
    shown += `${text} \r\x1b[A${text.slice(60)}\x1b[K\r\n\x1b[?2004l\r`;
    shown += `@<${mark}\r\n${printed.replaceAll('\n', '\r\n')}@@${mark} ${exitCode}\r\nroot@lab01:~# `;
  };
  return { type, console: () => shown };
}

test('the output of a command is what it printed, however the terminal shows what was typed', async () => {
  const answers = new Map<string, readonly [string, number]>([
    ['cat /sys/firmware/efi/efivars/LoaderInfo', ['systemd-boot 252\n', 0]],
    ['printf x', ['x', 0]],
    ['false', ['', 1]],
  ]);
  const shell = await openConsoleShell(terminal(answers), AbortSignal.timeout(10_000), 'log');
  for (const [command, [output, exitCode]] of answers) {
    assert.deepEqual(await shell.run(command), { output, exitCode });
  }
});

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
