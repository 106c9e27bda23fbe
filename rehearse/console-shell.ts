import { randomBytes } from 'node:crypto';
import { plainConsole } from './console-text.ts';
import type { VirtualMachine } from './virtual-machine.ts';
import { waitFor } from './wait-for.ts';

type Terminal = Pick<VirtualMachine, 'console' | 'type'>;

const ENTER_EVERY_MS = 3000;

export type ConsoleShell = {
  /** Types a command as a person would and answers what it printed and its exit code. */
  readonly run: (command: string, timeoutMs?: number) => Promise<{ output: string; exitCode: number }>;
};

/**
 * The root shell that a machine with automatic login shows on its serial console.
 * @throws UserError when no prompt comes
 */
export async function openConsoleShell(machine: Terminal, signal: AbortSignal, log: string): Promise<ConsoleShell> {
  await waitForPrompt(machine, signal, log);
  const shell: ConsoleShell = {
    run: async (command, timeoutMs = 180_000) => {
      const mark = randomBytes(6).toString('hex');
      const start = machine.console().length;
      // Marks are typed in two halves, so that the echo of what was typed is not taken for them: a shell shows a line that
      // is as wide as the terminal twice.
      machine.type(`echo "@<"${mark}; ${command}; echo "@@"${mark} $?\n`);
      const answer = new RegExp(`@<${mark}\n([^]*)@@${mark} (\\d+)\n`);
      return waitFor({
        what: `the end of '${command}' on the console`,
        timeoutMs,
        signal,
        log,
        look: () => {
          const [, output, code] = answer.exec(plainConsole(machine.console().slice(start))) ?? [];
          return output === undefined ? undefined : { output, exitCode: Number(code) };
        },
      });
    },
  };
  await shell.run('dmesg --console-level alert');
  return shell;
}

/** The same shell, which also tells `onLine` each command behind the prompt, and what it printed, as a terminal shows it. */
export function shownShell(
  shell: ConsoleShell,
  { prompt, onLine }: { readonly prompt: string; readonly onLine: (line: string) => void },
): ConsoleShell {
  return {
    run: async (command, timeoutMs) => {
      onLine(`${prompt} ${command}`);
      const answer = await shell.run(command, timeoutMs);
      const printed = answer.output.trimEnd();
      if (printed !== '') for (const line of printed.split('\n')) onLine(`  ${line}`);
      return answer;
    },
  };
}

/** Kernel messages may come after a prompt and hide it; Enter brings a fresh one. */
async function waitForPrompt(machine: Terminal, signal: AbortSignal, log: string): Promise<void> {
  const prompt = /root@[^\n]*[#] $/;
  let enteredMs = performance.now();
  await waitFor({
    what: 'a root prompt on the serial console',
    timeoutMs: 120_000,
    signal,
    log,
    look: () => {
      if (prompt.test(plainConsole(machine.console().slice(-400)))) return true;
      if (performance.now() - enteredMs > ENTER_EVERY_MS) {
        enteredMs = performance.now();
        machine.type('\n');
      }
      return undefined;
    },
  });
}
