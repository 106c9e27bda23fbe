// The life of a machine on the server. In: where it is and what happened. Out: where it is now and why. Pure.
import { neverKind } from '../../lib/never.ts';

/**
 * unknown: this server has not installed it · armed: its next netboot may erase its disks · installing: an attempt
 * has been given the installer · booting: the installer says it is done, the disk has not · installed: the system on
 * the disk has reported · failed: left alone until somebody arms it again.
 */
export type MachineState = 'unknown' | 'armed' | 'installing' | 'booting' | 'installed' | 'failed';

/** What a transition reads and changes of a machine. */
export type Life = {
  readonly state: MachineState;
  /** Why it is in this state, for people; undefined when the state says it all. */
  readonly reason: string | undefined;
  /** The state before it was armed, to which a disarming without harm returns. */
  readonly stateBefore: MachineState;
  /** Netboots of this arming that were given the installer. */
  readonly attempts: number;
  readonly attemptsAllowed: number;
  /** Netboots in state booting, which all led to the local disk. */
  readonly localBoots: number;
  /** The last thing that the current attempt was known to do. */
  readonly lastStep: string | undefined;
};

export type Occurrence =
  | { readonly kind: 'armed'; readonly attemptsAllowed: number }
  | { readonly kind: 'disarmed'; readonly why: string }
  | { readonly kind: 'installer-given' }
  | { readonly kind: 'attempts-used-up' }
  | { readonly kind: 'step'; readonly step: string }
  | {
      readonly kind: 'install-failed';
      readonly message: string;
      readonly step?: string | undefined;
      readonly retry: boolean;
    }
  | { readonly kind: 'rebooting' }
  | { readonly kind: 'booted-locally' }
  | { readonly kind: 'adopted' }
  | { readonly kind: 'first-boot'; readonly ok: boolean; readonly errors: readonly string[] };

/** The life after the occurrence; the same object when it changes nothing. */
export function afterOccurrence(life: Life, occurrence: Occurrence): Life {
  switch (occurrence.kind) {
    case 'armed':
      return armed(life, occurrence.attemptsAllowed);
    case 'disarmed':
      return disarmed(life, occurrence.why);
    case 'installer-given':
      if (!mayInstall(life)) return life;
      return { ...life, state: 'installing', reason: undefined, attempts: life.attempts + 1, lastStep: undefined };
    case 'attempts-used-up':
      return mayInstall(life) ? { ...life, state: 'failed', reason: usedUp(life) } : life;
    case 'step':
      return { ...life, lastStep: occurrence.step };
    case 'install-failed':
      return installFailed(life, occurrence);
    case 'rebooting':
      return life.state === 'installing' ? { ...life, state: 'booting', reason: undefined, localBoots: 0 } : life;
    case 'booted-locally':
      return life.state === 'booting' ? { ...life, localBoots: life.localBoots + 1 } : life;
    case 'adopted':
      return adopted(life);
    case 'first-boot':
      return firstBoot(life, occurrence);
    default:
      return neverKind(occurrence);
  }
}

/** Whether a netboot of this machine may be given the installer at all. */
export function mayInstall(life: Pick<Life, 'state'>): boolean {
  return life.state === 'armed' || life.state === 'installing';
}

function armed(life: Life, attemptsAllowed: number): Life {
  const stateBefore = life.state === 'armed' ? life.stateBefore : life.state;
  return {
    state: 'armed',
    reason: undefined,
    stateBefore,
    attempts: 0,
    attemptsAllowed,
    localBoots: 0,
    lastStep: undefined,
  };
}

/** Before the first attempt nothing was written, so the machine is what it was; later its disk may be half done. */
function disarmed(life: Life, why: string): Life {
  if (life.state === 'armed') return { ...life, state: life.stateBefore, reason: `disarmed: ${why}` };
  if (life.state === 'installing' || life.state === 'booting') {
    return { ...life, state: 'failed', reason: `disarmed during the installation: ${why}` };
  }
  return life;
}

function usedUp(life: Life): string {
  const attempts = life.attemptsAllowed === 1 ? 'the one attempt did not reach' : 'reached';
  const none = life.attemptsAllowed === 1 ? attempts : `no attempt of ${life.attemptsAllowed} ${attempts}`;
  return `${none} the installed system; last step: ${life.lastStep ?? 'the boot script was fetched'}`;
}

function installFailed(life: Life, failure: { message: string; step?: string | undefined; retry: boolean }): Life {
  if (!mayInstall(life) && life.state !== 'booting') return life;
  const where = failure.step === undefined ? '' : `${failure.step}: `;
  const reason = where + failure.message;
  const next: Life = { ...life, reason, lastStep: failure.step ?? life.lastStep };
  return failure.retry ? next : { ...next, state: 'failed' };
}

/** A system that was installed by hand has said that it is as described; one that is about to be replaced proves nothing. */
function adopted(life: Life): Life {
  if (life.state !== 'unknown' && life.state !== 'failed') return life;
  return { ...life, state: 'installed', reason: undefined };
}

/** A system that reports its first boot has proved the installation, even when the word that it reboots was lost. */
function firstBoot(life: Life, report: { ok: boolean; errors: readonly string[] }): Life {
  if (life.state !== 'booting' && life.state !== 'installing') return life;
  if (report.ok) return { ...life, state: 'installed', reason: undefined };
  const errors = report.errors.length === 0 ? 'no error was named' : report.errors.join('; ');
  return { ...life, state: 'booting', reason: `the first boot reported: ${errors}` };
}
