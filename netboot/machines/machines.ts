// The server's memory of machines, as a value that the functions beside it work on: what was seen, armed, reported. It
// survives restarts except for which boot a packet belongs to. Never: sockets, DHCP or HTTP.
import { randomUUID } from 'node:crypto';
import type { MachineSource, SiteMachine } from '../machine-source.ts';
import { createBoots } from '../state/boots.ts';
import type { StateDatabase } from '../state/database.ts';
import { getMachine } from '../state/find-machines.ts';
import { isUnreadable } from '../state/machine-row.ts';
import type { MachineRow } from '../state/machine-row.ts';
import type { TimelineNote } from '../state/plan-note.ts';
import { addMachine, followSite, saveLife, setTimeline } from '../state/save-machines.ts';
import { createTimelines } from '../state/timeline.ts';
import { afterOccurrence } from '../state/transitions.ts';
import type { Occurrence } from '../state/transitions.ts';

export type MachinesOptions = {
  readonly database: StateDatabase;
  readonly source: MachineSource;
  /** Attempts of one arming. */
  readonly attempts: number;
  /** Told of a machine before it is armed. @throws UserError when it has nothing to be installed by */
  readonly requireBootFiles?: (site: SiteMachine) => Promise<void>;
  /** Milliseconds since 1970. */
  readonly now?: () => number;
  /** Told of every change of a machine's state or of the reason for it. */
  readonly onState?: (news: StateNews) => void;
};

type StateNews = { readonly name: string; readonly state: string; readonly reason: string | undefined };

export type Machines = {
  readonly options: MachinesOptions;
  /** Where rows are, for the functions of `state/`. */
  readonly table: { readonly database: StateDatabase; readonly now: () => number };
  readonly timelines: ReturnType<typeof createTimelines>;
  readonly boots: ReturnType<typeof createBoots>;
  /** Lines of timelines that could not be written. */
  lostLines: number;
  /** Changes of states that are being recorded, and are told when they are. */
  untold: StateNews[] | undefined;
};

export function createMachines(options: MachinesOptions): Machines {
  const { database, now = Date.now } = options;
  const table = { database, now };
  const timelines = createTimelines(database, now);
  return { options, table, timelines, boots: createBoots(now), lostLines: 0, untold: undefined };
}

/** The machine's row, made when it is first seen. A MAC address keeps its machineId whatever the name. */
export function claimMachine({ table }: Machines, site: SiteMachine): MachineRow {
  return followSite(table, site) ?? addMachine(table, { id: randomUUID(), name: site.name, macs: site.macs });
}

/** What only tells people what happened must not stop what happens: a note that cannot be written is counted. */
export function recordIfPossible(machines: Machines, write: () => unknown): void {
  if (!isDone(write)) machines.lostLines += 1;
}

/** Notes a line of the machine's timeline; it is counted where the database fails. */
export function noteOnTimeline(machines: Machines, machineId: string, entry: TimelineNote): void {
  recordIfPossible(machines, () => {
    machines.timelines.note(machineId, getMachine(machines.table, machineId).timeline, entry);
  });
}

/** Lines of timelines that are missing: `lost` could not be written, for `leftOut` a timeline was full. */
export function countMissingLines({ lostLines, timelines }: Machines): { lost: number; leftOut: number } {
  return { lost: lostLines, leftOut: timelines.leftOut() };
}

/** All that `work` records of machines, or nothing of it; changes of states are told when they are recorded. @throws StateError */
export function recordTogether<T>(machines: Machines, work: () => T): T {
  if (machines.untold !== undefined) return work();
  const news: StateNews[] = [];
  machines.untold = news;
  try {
    const result = machines.table.database.transaction(work);
    for (const one of news) machines.options.onState?.(one);
    return result;
  } finally {
    machines.untold = undefined;
  }
}

/** What has happened to a machine, and what state that leaves it in. @throws StateError */
export function applyOccurrence(machines: Machines, machineId: string, occurrence: Occurrence): MachineRow {
  const { table } = machines;
  const row = getMachine(table, machineId);
  const life = afterOccurrence(row.life, occurrence);
  if (life === row.life) return row;
  return recordTogether(machines, () => {
    saveLife(table, row, life);
    if (life.state !== row.life.state || life.reason !== row.life.reason) {
      machines.untold?.push({ name: row.name, state: life.state, reason: life.reason });
      const reason = life.reason === undefined ? '' : `: ${life.reason}`;
      const text = `now ${life.state}${reason}`;
      noteOnTimeline(machines, machineId, { source: 'server', key: `state ${life.state} ${reason}`, text });
    }
    return getMachine(table, machineId);
  });
}

/** The step that a machine was last seen to do; never throws for want of a database. */
export function noteStep(machines: Machines, machineId: string, step: string): void {
  recordIfPossible(machines, () => applyOccurrence(machines, machineId, { kind: 'step', step }));
}

/** A new timeline, unless the machine's is still empty. @throws StateError */
export function startTimeline(machines: Machines, row: MachineRow): void {
  const { timelines, table } = machines;
  if (timelines.isEmpty(row.id, row.timeline)) return;
  recordTogether(machines, () => {
    setTimeline(table, row.id, row.timeline + 1);
    timelines.prune(row.id, row.timeline + 1);
  });
}

export function timelineOf({ timelines }: Machines, row: MachineRow) {
  return timelines.entries(row.id, row.timeline);
}

/** Does the work; false when the database failed. */
export function isDone(work: () => unknown): boolean {
  try {
    work();
    return true;
  } catch (error) {
    if (!isUnreadable(error)) throw error;
    return false;
  }
}
