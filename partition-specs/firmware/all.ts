// Every firmware that layouts can be made for today. A new one is a file beside this and a line here.
import { bios } from './bios.ts';
import type { FirmwareKind } from './firmware-kind.ts';

export const firmwareKinds: ReadonlyMap<string, FirmwareKind> = new Map([bios].map((kind) => [kind.name, kind]));
