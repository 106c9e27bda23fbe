// What a network boot begins with, by firmware and architecture. In: who asks, or a file's name. Out: a program.
// Never: I/O; knows a machine: what it is given beyond its loader is decided by its own script.
import type { NetbootWay } from '../../lib/netboot-ways.ts';
import { biosX64 } from './bios-x64.ts';
import type { BootProgram, ScriptLanguage } from './boot-program.ts';
import { uefiArm64 } from './uefi-arm64.ts';
import { uefiHttpArm64 } from './uefi-http-arm64.ts';
import { uefiHttpX64Ipxe } from './uefi-http-x64-ipxe.ts';
import { uefiHttpX64 } from './uefi-http-x64.ts';
import { uefiX64Ipxe } from './uefi-x64-ipxe.ts';
import { uefiX64 } from './uefi-x64.ts';

/** Of several for one firmware and architecture, the first is what it gets where nobody asks for another. */
export const bootPrograms: readonly BootProgram[] = [
  biosX64,
  uefiX64,
  uefiX64Ipxe,
  uefiHttpX64,
  uefiHttpX64Ipxe,
  uefiArm64,
  uefiHttpArm64,
];

type Client = { readonly firmware: string; readonly of: string | undefined };

/** Undefined for a firmware that cannot be booted, and for a processor that the table of architectures lacks. */
export function bootProgramOf(client: Client, way: NetbootWay | undefined): BootProgram | undefined {
  const fitting = bootPrograms.filter((each) => each.firmware === client.firmware && each.architecture === client.of);
  return fitting.find((program) => program.way === way) ?? fitting[0];
}

/** What TFTP and HTTP have by this name; the same whoever asks. */
export type BootFileKind =
  | { readonly is: 'loader' }
  | { readonly is: 'start-script'; readonly language: ScriptLanguage };

export function bootFileNamed(file: string): BootFileKind | undefined {
  if (bootPrograms.some(({ loader, nextStages }) => loader === file || nextStages.includes(file))) {
    return { is: 'loader' };
  }
  const program = bootPrograms.find(
    ({ startScript, startScriptAliases }) => startScript === file || startScriptAliases.includes(file),
  );
  return program === undefined ? undefined : { is: 'start-script', language: program.script };
}

/** Whether a boot program asks for such a file and does without: nobody need be told that it is not there. */
export function isOptionalBootFile(file: string): boolean {
  return bootPrograms.some(({ optional }) => optional.some((pattern) => pattern.test(file)));
}
