// What a run finds and puts right again. In: a shell of an installed machine, what is broken. Out: nothing, or an error.
import assert from 'node:assert/strict';
import type { ConsoleShell } from '../../rehearse/console-shell.ts';

export type Break = {
  /** Break it, as a shell does. */
  readonly what: readonly string[];
  /** What `--check-only` must say of it, its lines as one. */
  readonly expected: readonly RegExp[];
};

/** The shell's `$1`, `$2`… are the boot entries in their order: `0001`. */
export const BOOT_ORDER = 'set -- $(efibootmgr | sed -n "s/^BootOrder: //p" | tr , " ")';

/** Breaks one after the other: all of it must be seen, then put right, and the run after that must find nothing. */
export async function breakAndRepair(shell: ConsoleShell, breaks: readonly Break[]): Promise<void> {
  for (const { what, expected } of breaks) {
    for (const command of what) assert.equal((await shell.run(command)).exitCode, 0, command);
    const dry = await shell.run('gutinteg --check-only');
    for (const words of expected) assert.match(dry.output.replaceAll(/\s+/g, ' '), words, what.join('; '));
    assert.equal(dry.exitCode, 3, what.join('; '));
    const repaired = await shell.run('gutinteg');
    assert.equal(repaired.exitCode, 0, repaired.output);
    const clean = await shell.run('gutinteg --check-only');
    assert.equal(clean.exitCode, 0, clean.output);
  }
}
