// What a netbooting machine is given. In: what it asks for and what is known of it. Out: one decision, the same for
// DHCP, TFTP and HTTP. Never: I/O, clocks, randomness; and never the installer for a machine that is not armed.
import { neverKind } from '../lib/never.ts';
import type { NetbootWay } from '../lib/netboot-ways.ts';
import { bootFileNamed, bootProgramOf, bootPrograms } from './boot-programs/all.ts';
import type { BootProgram, ScriptLanguage } from './boot-programs/boot-program.ts';
import type { ClientFirmware, NetbootClient } from './protocol/netboot-client.ts';
import { mayInstall } from './state/transitions.ts';
import type { Life, Occurrence } from './state/transitions.ts';

export type BootRequest =
  /** `way` is what the machine's record or the site wants a UEFI to begin with. */
  | { readonly via: 'dhcp'; readonly client: NetbootClient; readonly way: NetbootWay | undefined }
  | { readonly via: 'tftp'; readonly file: string }
  | { readonly via: 'http'; readonly wants: 'file'; readonly file: string }
  | { readonly via: 'http'; readonly wants: 'machine-script' };

/** What the server knows of the machine that asks. */
export type MachineView =
  | { readonly kind: 'unknown' }
  | {
      readonly kind: 'known';
      readonly name: string;
      readonly life: Life;
      /** The record differs from the one that the machine was armed with. */
      readonly recordEdited: boolean;
      /** Why no installer could run on it, or would install what cannot; undefined when one can. */
      readonly unfit: string | undefined;
      /** The same boot asks again for a script it has just been given. */
      readonly sameBoot: boolean;
    };

export type BootDecision =
  | { readonly give: 'nothing'; readonly why: string }
  /** `by` is how DHCP is to name it: who has asked for the file by its name has it already. */
  | { readonly give: 'boot-loader'; readonly file: string; readonly by?: BootProgram['by'] }
  | { readonly give: 'start-script'; readonly file: string; readonly language: ScriptLanguage }
  | {
      readonly give: 'installer';
      readonly attempt: number;
      readonly attemptsAllowed: number;
      /** Hand out the former script again instead of beginning an attempt. */
      readonly again: boolean;
    }
  | {
      readonly give: 'local-disk';
      readonly why: string;
      /** What handing out this script means for the machine's life. */
      readonly means: Occurrence | undefined;
    };

/** The one place that decides what a netboot gets. */
export function decideBoot(request: BootRequest, machine: MachineView): BootDecision {
  switch (request.via) {
    case 'dhcp':
      return decideByClient(request.client, request.way);
    case 'tftp':
      return decideByFile(request.file);
    case 'http':
      if (request.wants === 'file') return decideByFile(request.file);
      return decideScript(machine);
    default:
      return neverKind(request);
  }
}

/** Of what a client says that it is. */
const MAX_NAMED = 4;

/**
 * Firmware gets its boot loader, and iPXE, which a card may have by itself, its first script: the same for every machine of
 * one kind, so that the console always says why.
 */
function decideByClient(client: NetbootClient, way: NetbootWay | undefined): BootDecision {
  if (client.kind === 'system') return { give: 'nothing', why: 'not a network boot' };
  const isIpxe = client.kind === 'ipxe';
  const program = client.architectures
    .map((each) => (isIpxe ? ipxeProgramOf(each) : bootProgramOf(each, way)))
    .find((found) => found !== undefined);
  if (program === undefined) {
    const names = client.architectures.slice(0, MAX_NAMED).map(({ name }) => name);
    return {
      give: 'nothing',
      why: `network boot ${isIpxe ? 'by iPXE on' : 'of'} ${names.join(' or ')} is not supported`,
    };
  }
  return isIpxe
    ? { give: 'start-script', file: program.startScript, language: program.script }
    : { give: 'boot-loader', file: program.loader, by: program.by };
}

/** Every iPXE reads the same script, also where its firmware would be given another loader. */
function ipxeProgramOf({ of }: ClientFirmware): BootProgram | undefined {
  return bootPrograms.find(({ script, architecture }) => script === 'ipxe' && architecture === of);
}

function decideByFile(file: string): BootDecision {
  const what = bootFileNamed(file);
  if (what === undefined) return { give: 'nothing', why: 'no such boot file' };
  return what.is === 'loader' ? { give: 'boot-loader', file } : { give: 'start-script', file, language: what.language };
}

function decideScript(machine: MachineView): BootDecision {
  if (machine.kind === 'unknown') {
    return { give: 'local-disk', why: 'this MAC address is unknown to the site', means: undefined };
  }
  const { life } = machine;
  if (!mayInstall(life)) return localDisk(machine.name, life, machine.sameBoot);
  if (machine.recordEdited) {
    const why = 'the record was edited after arming; arm it again';
    return { give: 'local-disk', why: `${machine.name}: ${why}`, means: { kind: 'disarmed', why } };
  }
  if (machine.unfit !== undefined) {
    return {
      give: 'local-disk',
      why: `${machine.name}: ${machine.unfit}`,
      means: { kind: 'disarmed', why: machine.unfit },
    };
  }
  const { attempts, attemptsAllowed } = life;
  if (machine.sameBoot && life.state === 'installing') {
    return { give: 'installer', attempt: attempts, attemptsAllowed, again: true };
  }
  if (attempts < attemptsAllowed) {
    return { give: 'installer', attempt: attempts + 1, attemptsAllowed, again: false };
  }
  const why = `${machine.name}: all ${attemptsAllowed} attempts are used up; left alone until it is armed again`;
  return { give: 'local-disk', why, means: { kind: 'attempts-used-up' } };
}

function localDisk(name: string, life: Life, sameBoot: boolean): BootDecision {
  const reason = life.reason === undefined ? '' : ` (${life.reason})`;
  const says: Readonly<Record<Life['state'], string>> = {
    unknown: `is not armed${reason}`,
    installed: `is installed${reason}`,
    booting: `was just installed${reason}`,
    // What counts comes first: a long reason is cut where the console ends.
    failed: `failed; left alone until it is armed again${reason}`,
    armed: '',
    installing: '',
  };
  const means = life.state === 'booting' && !sameBoot ? ({ kind: 'booted-locally' } as const) : undefined;
  return { give: 'local-disk', why: `${name} ${says[life.state]}`, means };
}
