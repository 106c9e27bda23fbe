// What status says of one machine, as data. In: its row and timeline. Out: JSON-ready objects with plain words. Pure.
import type { SummaryAnswer } from '../contract/control.ts';
import { neverKind } from '../lib/never.ts';
import { consentOf } from './consent.ts';
import type { MachineRow } from './state/machine-row.ts';
import type { Life } from './state/transitions.ts';

export function summarize(row: MachineRow): SummaryAnswer {
  const { life } = row;
  return {
    name: row.name,
    machineId: row.id,
    macs: row.macs,
    state: life.state,
    reason: life.reason ?? null,
    attempts: life.attempts,
    attemptsAllowed: life.attemptsAllowed,
    lastStep: life.lastStep ?? null,
    changedAtMs: row.changedAtMs,
    ...consentOf(row),
    waitingFor: waitingFor(row.name, life),
  };
}

function waitingFor(name: string, life: Life): string {
  switch (life.state) {
    case 'unknown':
      return `nothing; it boots its local disk. To install it: gutinteg arm ${name}`;
    case 'armed':
      return 'its next network boot, which installs it and may erase its disks; switch it on or restart it';
    case 'installing':
      return life.attempts < life.attemptsAllowed
        ? `the installer (attempt ${life.attempts} of ${life.attemptsAllowed}) to finish or to start again`
        : `the installer to finish; this is the last of ${life.attemptsAllowed} attempts`;
    case 'booting':
      return life.localBoots <= 1
        ? 'the report of the first boot from its own disk'
        : `the report of the first boot; it has netbooted ${life.localBoots} times since and never reported, so look at its console: its disk may not boot`;
    case 'installed':
      return `nothing. To install it again: gutinteg arm ${name}`;
    case 'failed':
      return `you: it boots its local disk until you mend the cause and run gutinteg arm ${name}`;
    default:
      return neverKind(life.state);
  }
}
