// What a network boot begins with, by firmware and architecture. In: who asks, or a file's name. Out: a program.
// Never: I/O; knows a machine: what it is given beyond iPXE is decided by its own script.
import { biosX64 } from './bios-x64.ts';
import type { BootProgram } from './boot-program.ts';

export const bootPrograms: readonly BootProgram[] = [biosX64];

/** Undefined for a firmware that cannot be booted yet, and for a processor that the table of architectures lacks. */
export function bootProgramOf(client: {
  readonly firmware: string;
  readonly of: string | undefined;
}): BootProgram | undefined {
  return bootPrograms.find(({ firmware, architecture }) => firmware === client.firmware && architecture === client.of);
}

/** What TFTP has by this name. */
export function bootFileNamed(file: string): 'loader' | 'start-script' | undefined {
  if (bootPrograms.some(({ loader }) => loader === file)) return 'loader';
  const isScript = bootPrograms.some(
    ({ startScript, startScriptAliases }) => startScript === file || startScriptAliases.includes(file),
  );
  return isScript ? 'start-script' : undefined;
}
