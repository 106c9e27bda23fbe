// The scripts that a machine is given, by their language. In: a decision's words and addresses. Out: text. Never: I/O.
import type { ScriptLanguage } from '../boot-programs/boot-program.ts';
import type { BootScripts } from './boot-script.ts';
import * as grub from './grub-script.ts';
import * as ipxe from './ipxe-script.ts';
import * as json from './json-answer.ts';

export const bootScripts: Readonly<Record<ScriptLanguage, BootScripts>> = { ipxe, grub };

/** In which a machine is told what it is to do: one that was started from a medium is no boot program's. */
export type MachineLanguage = ScriptLanguage | 'json';

export const machineScripts: Readonly<Record<MachineLanguage, Omit<BootScripts, 'renderStartScript'>>> = {
  ...bootScripts,
  json,
};
