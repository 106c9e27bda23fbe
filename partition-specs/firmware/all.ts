// Every firmware whose needs are known. A new one is a file beside this and a line here.
import { bios } from './bios.ts';
import { both } from './both.ts';
import type { FirmwareKind } from './firmware-kind.ts';
import { uefi } from './uefi.ts';

export const firmwareKinds: ReadonlyMap<string, FirmwareKind> = new Map(
  [bios, uefi, both].map((kind) => [kind.name, kind]),
);
