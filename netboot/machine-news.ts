// What an installer or an installed machine says of itself, as lines of its timeline and changes of its life.
import { neverKind } from '../lib/never.ts';
import type { InstallEvent, UnknownEvent } from '../contract/events.ts';
import type { Report } from '../contract/report.ts';
import { formatBytes } from '../lib/bytes.ts';
import { keepTokenForSystem, saveReport } from './state/save-machines.ts';
import { applyOccurrence, noteOnTimeline } from './machines/machines.ts';
import type { TokenOwner } from './machines/attempts.ts';
import type { Machines } from './machines/machines.ts';
import type { TimelineNote } from './state/plan-note.ts';
import type { Occurrence } from './state/transitions.ts';

/** One event of an installation whose token was good. */
export function applyEvent(machines: Machines, machineId: string, event: InstallEvent | UnknownEvent): void {
  noteEvent(machines, machineId, event);
  const occurrence = eventOccurrence(event);
  if (event.kind === 'rebooting') keepTokenForSystem(machines.table, machineId);
  if (occurrence !== undefined) applyOccurrence(machines, machineId, occurrence);
}

/** One event of an installation that no attempt of this server was: it is told, and changes nothing. */
export function noteEvent(machines: Machines, machineId: string, event: InstallEvent | UnknownEvent): void {
  noteOnTimeline(machines, machineId, { source: 'installer', ...eventNote(event) });
}

function eventNote(event: InstallEvent | UnknownEvent): Omit<TimelineNote, 'source'> {
  switch (event.kind) {
    case 'step-started':
      return { key: `start ${event.step}`, text: `${event.step}: ${event.why}` };
    case 'step-progress': {
      const percent = event.totalBytes === 0 ? 100 : Math.floor((event.doneBytes / event.totalBytes) * 100);
      const words = `${percent} % (${formatBytes(event.doneBytes)} of ${formatBytes(event.totalBytes)})`;
      return { key: `progress ${event.step}`, text: `${event.step}: ${words}` };
    }
    case 'step-finished':
      return { key: `finish ${event.step}`, text: `${event.step}: done in ${event.seconds.toFixed(1)} s` };
    case 'message':
      return { key: `message ${event.text}`, text: event.text };
    case 'failed': {
      const disk = event.diskChanged ? 'disks were changed' : 'no disk was changed';
      const where = event.step === undefined ? '' : ` in ${event.step}`;
      const retry = event.retry ? 'may be tried again' : 'will not be tried again';
      return { key: `failed ${event.message}`, text: `failed${where}: ${event.message} (${disk}; ${retry})` };
    }
    case 'rebooting':
      return { key: 'rebooting', text: 'everything is on the disk; rebooting from it' };
    case 'unknown':
      return { key: `${event.name} ${event.text}`, text: `${event.name}, of a newer installer: ${event.text}` };
    default:
      return neverKind(event);
  }
}

function eventOccurrence(event: InstallEvent | UnknownEvent): Occurrence | undefined {
  switch (event.kind) {
    case 'step-started':
    case 'step-progress':
      return { kind: 'step', step: event.step };
    case 'step-finished':
      return { kind: 'step', step: `${event.step} (done)` };
    case 'message':
    case 'unknown':
      return undefined;
    case 'failed':
      return { kind: 'install-failed', message: event.message, step: event.step, retry: event.retry };
    case 'rebooting':
      return { kind: 'rebooting' };
    default:
      return neverKind(event);
  }
}

function describeCommands(commands: NonNullable<Report['commands']>): string {
  if (commands.length === 0) return '';
  const failed = commands.filter(({ outcome }) => outcome !== 'done').length;
  const ran = `${commands.length} ${commands.length === 1 ? 'command' : 'commands'} run`;
  return failed === 0 ? `, ${ran}` : `, ${ran}, ${failed} failed`;
}

/** The report of a run on the installed machine, whose token was good. */
export function applyReport(machines: Machines, machineId: string, report: Report, from: TokenOwner): void {
  const names = {
    'first-boot': 'first boot from its disk',
    adopted: 'adoption',
    partial: 'partial install',
    check: 'check',
  } as const;
  const changes = `${report.changedTotal} ${report.changedTotal === 1 ? 'path' : 'paths'} changed`;
  const kept = report.data === undefined ? '' : `, data kept: ${report.data.map(({ name }) => name).join(' and ')}`;
  const commands = describeCommands(report.commands ?? []);
  const errors = report.errors.length === 0 ? 'no errors' : report.errors.join('; ');
  noteOnTimeline(machines, machineId, {
    source: 'system',
    key: `report ${report.run} ${report.ok} ${errors}`,
    text: `${names[report.run]}: ${report.ok ? 'ok' : 'not ok'}, ${changes}${kept}${commands}, ${errors}, ${report.seconds.toFixed(1)} s${lateWords(report)}`,
  });
  saveReport(machines.table, machineId, report);
  const isFromMedium = from === 'medium' && report.run === 'first-boot';
  if ((report.run === 'adopted' || isFromMedium) && report.ok)
    applyOccurrence(machines, machineId, { kind: 'adopted' });
  // A system that a later attempt is about to replace proves nothing of that attempt.
  if (from === 'attempt') keepTokenForSystem(machines.table, machineId);
  if (report.run === 'first-boot' && from === 'attempt')
    applyOccurrence(machines, machineId, { kind: 'first-boot', ok: report.ok, errors: report.errors });
}

/** A report that could not be delivered when it was made says when that was. */
function lateWords({ serverAway, startedAtMs, generation }: Report): string {
  if (serverAway === undefined) return '';
  const at = startedAtMs === undefined ? '' : ` of ${new Date(startedAtMs).toISOString()}`;
  const since = new Date(serverAway.sinceMs).toISOString();
  return ` (a run${at} without this server, away since ${since}, against generation ${generation.slice(0, 12)})`;
}
