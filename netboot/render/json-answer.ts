// What a machine is told that was started from a medium: its ramdisk runs already, and knows what to do with a token.
// In: a decision's words. Out: a BootAnswer as JSON. Never: I/O.
import type { BootAnswer } from '../../contract/boot-answer.ts';
import type { InstallerScript, LocalDiskScript } from './boot-script.ts';

export function renderLocalDiskScript({ why }: LocalDiskScript): string {
  return JSON.stringify({ give: 'local-disk', why } satisfies BootAnswer);
}

export function renderInstallerScript({ name, token, attempt, attemptsAllowed }: InstallerScript): string {
  return JSON.stringify({ give: 'installer', name, token, attempt, attemptsAllowed } satisfies BootAnswer);
}
