import type { BootProgram } from './boot-program.ts';

/** What every iPXE reads, whatever it was loaded by. */
export const ipxe = {
  way: 'ipxe',
  nextStages: [],
  script: 'ipxe',
  startScript: 'start.ipxe',
  // What newer iPXE asks for by itself.
  startScriptAliases: ['autoexec.ipxe'],
  optional: [],
} as const satisfies Partial<BootProgram>;
