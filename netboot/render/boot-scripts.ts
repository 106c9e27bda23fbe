// The scripts that a machine is given, by their language. In: a decision's words and addresses. Out: text. Never: I/O.
import type { ScriptLanguage } from '../boot-programs/boot-program.ts';
import type { BootScripts } from './boot-script.ts';
import * as grub from './grub-script.ts';
import * as ipxe from './ipxe-script.ts';

export const bootScripts: Readonly<Record<ScriptLanguage, BootScripts>> = { ipxe, grub };
