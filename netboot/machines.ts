// The server's memory of machines. In: what was seen, armed, reported. Out: views for decideBoot, tokens, statuses.
// Never: sockets, DHCP or HTTP. Survives restarts except for which boot a packet belongs to.
import { createHash, randomBytes, randomUUID, timingSafeEqual } from 'node:crypto';
import { UserError } from '../lib/errors.ts';
import type { Lookup } from '../contract/lookup.ts';
import type { Report } from '../contract/report.ts';
import type { MachineView } from './decide.ts';
import type { Consent, MachineSource, SiteMachine } from './machine-source.ts';
import { createBoots } from './state/boots.ts';
import type { StateDatabase } from './state/database.ts';
import {
  findByMac,
  findByName,
  findMachine,
  getMachine,
  readLastReportText,
  readMachinePage,
  readSnapshot,
} from './state/find-machines.ts';
import type { MachinePage } from './state/find-machines.ts';
import { isUnreadable } from './state/machine-row.ts';
import type { MachineRow } from './state/machine-row.ts';
import {
  addMachine,
  followSite,
  keepTokenForSystem,
  saveArming,
  saveLife,
  saveReport,
  setSystemTokenHash,
  setTimeline,
  setTokenHash,
} from './state/save-machines.ts';
import { createTimelines } from './state/timeline.ts';
import type { TimelineNote } from './state/plan-note.ts';
import { afterOccurrence, mayInstall } from './state/transitions.ts';
import type { Occurrence } from './state/transitions.ts';
import { filterRecord } from './filter-record.ts';
import { consentInLookup, consentOf, describeConsent } from './consent.ts';

export type MachinesOptions = {
  readonly database: StateDatabase;
  readonly source: MachineSource;
  /** Attempts of one arming. */
  readonly attempts: number;
  readonly now?: () => number;
  /** Told of every change of a machine's state or of the reason for it. */
  readonly onState?: (news: StateNews) => void;
};

type StateNews = { readonly name: string; readonly state: string; readonly reason: string | undefined };

/** A machine that was armed, and what who armed it should know. */
type Armed = { readonly row: MachineRow; readonly notes: readonly string[] };

export type Machines = ReturnType<typeof createMachines>;

export function createMachines(options: MachinesOptions) {
  const { source, database } = options;
  const now = options.now ?? Date.now;
  const timelines = createTimelines(database, now);
  const table = { database, now };
  const boots = createBoots(now);
  let lost = 0;
  let untold: StateNews[] | undefined;

  /** The machine's row, made when it is first seen. A MAC address keeps its machineId whatever the name. */
  function claim(site: SiteMachine): MachineRow {
    return followSite(table, site) ?? addMachine(table, { id: randomUUID(), name: site.name, macs: site.macs });
  }

  /** What only tells people what happened must not stop what happens: a note that cannot be written is counted. */
  function record(write: () => unknown): void {
    if (!unlessTrouble(write)) lost += 1;
  }

  function note(machineId: string, entry: TimelineNote): void {
    record(() => {
      timelines.note(machineId, getMachine(table, machineId).timeline, entry);
    });
  }

  /** All that `work` records, or nothing of it; changes of states are told when they are recorded. */
  function together<T>(work: () => T): T {
    if (untold !== undefined) return work();
    const news: StateNews[] = [];
    untold = news;
    try {
      const result = database.transaction(work);
      for (const one of news) options.onState?.(one);
      return result;
    } finally {
      untold = undefined;
    }
  }

  function apply(machineId: string, occurrence: Occurrence): MachineRow {
    const row = getMachine(table, machineId);
    const life = afterOccurrence(row.life, occurrence);
    if (life === row.life) return row;
    return together(() => {
      saveLife(table, row, life);
      if (life.state !== row.life.state || life.reason !== row.life.reason) {
        untold?.push({ name: row.name, state: life.state, reason: life.reason });
        const reason = life.reason === undefined ? '' : `: ${life.reason}`;
        note(machineId, { source: 'server', key: `state ${life.state} ${reason}`, text: `now ${life.state}${reason}` });
      }
      return getMachine(table, machineId);
    });
  }

  async function describe(site: SiteMachine, machineId: string): Promise<Lookup> {
    const lookup = await site.describe(machineId);
    const variables = (await site.templateVariables?.()) ?? [];
    return { ...lookup, record: filterRecord(lookup.record, variables, site.name) };
  }

  function startTimeline(row: MachineRow): void {
    if (timelines.isEmpty(row.id, row.timeline)) return;
    together(() => {
      setTimeline(table, row.id, row.timeline + 1);
      timelines.prune(row.id, row.timeline + 1);
    });
  }

  return {
    claim,
    note,
    apply,
    describe,
    get: (id: string): MachineRow => getMachine(table, id),
    find: (id: string): MachineRow | undefined => findMachine(table, id),
    /** Some machines after the one that `after` stands for; undefined when the database cannot be read. */
    pageIfReadable(after: number, count: number): MachinePage | undefined {
      let page: MachinePage | undefined;
      unlessTrouble(() => (page = readMachinePage(table, after, count)));
      return page;
    },
    byMac: (mac: string): MachineRow | undefined => findByMac(table, mac),
    byName: (name: string): MachineRow | undefined => findByName(table, name),
    snapshot: (id: string): Lookup | undefined => readSnapshot(table, id),
    lastReportText: (id: string): string => readLastReportText(table, id),
    /** All that `work` records of machines, or nothing of it. @throws StateError */
    together,
    record,
    countLost: (): void => void (lost += 1),
    /** Lines of timelines that are missing: `lost` could not be written, for `leftOut` a timeline was full. */
    missingLines: () => ({ lost, leftOut: timelines.leftOut() }),

    /** The step that a machine was last seen to do; never throws for want of a database. */
    noteStep(machineId: string, step: string): void {
      record(() => apply(machineId, { kind: 'step', step }));
    },

    /** The machine that has the MAC address, for notes alone: undefined also when the database cannot be read. */
    forNotes(mac: string | undefined): MachineRow | undefined {
      let row: MachineRow | undefined;
      if (mac !== undefined) record(() => (row = findByMac(table, mac)));
      return row;
    },

    /** `claim` for whoever can be served without: undefined when the database cannot be read or written. */
    claimForNotes(site: SiteMachine): MachineRow | undefined {
      let row: MachineRow | undefined;
      record(() => (row = claim(site)));
      return row;
    },

    /** Notes a DHCPDISCOVER of firmware or iPXE; a new boot of an armed machine opens a new timeline. */
    seenNetboot(row: MachineRow, stage: 'firmware' | 'ipxe'): void {
      if (!boots.seen(row.id, stage) || !mayInstall(row.life)) return;
      record(() => {
        startTimeline(row);
      });
    },

    /** What decideBoot needs to know of a machine that asks for its script. */
    view(site: SiteMachine | undefined): MachineView {
      if (site === undefined) return { kind: 'unknown' };
      const row = claim(site);
      return {
        kind: 'known',
        name: site.name,
        life: row.life,
        recordEdited: row.recordDigest !== undefined && row.recordDigest !== site.recordDigest,
        sameBoot: boots.given(row.id) !== undefined,
      };
    },

    /** Begins an attempt: a new token, good until the next one; only its SHA-256 is kept. @throws StateError */
    beginAttempt(row: MachineRow): string {
      const token = randomBytes(32).toString('hex');
      together(() => {
        if (boots.current(row.id) === undefined) startTimeline(row);
        apply(row.id, { kind: 'installer-given' });
        setTokenHash(table, row.id, hash(token));
      });
      boots.scriptGiven(row.id, token);
      return token;
    },

    /** The token of the script that this very boot was given a moment ago. */
    tokenOfSameBoot: (row: MachineRow): string | undefined => boots.given(row.id),

    /** Remembers that a script without a token was given, so that fetching it twice counts once. */
    localScriptGiven(row: MachineRow): void {
      boots.scriptGiven(row.id, '');
    },

    /**
     * Whose token it is: that of the machine's latest attempt, or that of the system on its disk, which stays good
     * until an attempt has replaced that system. A good one of an attempt ends the fetch-again grace.
     */
    authenticate(machineId: string, token: string): 'attempt' | 'system' | undefined {
      const row = findMachine(table, machineId);
      if (matches(token, row?.tokenHash)) {
        boots.tokenUsed(machineId);
        return 'attempt';
      }
      return matches(token, row?.systemTokenHash) ? 'system' : undefined;
    },

    keepTokenForSystem: (id: string): void => keepTokenForSystem(table, id),

    /** A new token for the system that is on the machine's disk; those of attempts, and an older system's, end. */
    giveSystemToken(machineId: string): string {
      const token = randomBytes(32).toString('hex');
      setSystemTokenHash(table, machineId, hash(token));
      return token;
    },

    /**
     * Consent: the next netboots may erase the machine's disks, with exactly the record and packages of this moment, and
     * may do what `consent` allows. Notes are what who arms it should know.
     * @throws UserError when the machine is unknown, has no MAC address, or cannot be described; StateError
     */
    async arm(name: string, { initData = [], knownEmpty = [] }: Partial<Consent> = {}): Promise<Armed> {
      const site = await source.lookupByName(name);
      if (site === undefined) {
        throw new UserError(`arming ${name}: no such machine in the database`, {
          exitCode: 2,
          hint: 'machdb check --site SITE, and look at how the name is written',
        });
      }
      if (site.macs.length === 0) {
        throw new UserError(`arming ${name}: it has no MAC address, so it cannot be recognised on the network`, {
          exitCode: 2,
          hint: `add MAC= to ${name} in the machine database`,
        });
      }
      const consent: Consent = { initData, knownEmpty };
      const notes = (await site.verify?.(consent)) ?? [];
      const row = claim(site);
      const snapshot = { ...(await describe(site, row.id)), ...consentInLookup(consent) };
      const armed = together(() => {
        saveArming(table, row.id, { snapshot, recordDigest: site.recordDigest });
        startTimeline(getMachine(table, row.id));
        return apply(row.id, { kind: 'armed', attemptsAllowed: options.attempts });
      });
      boots.forget(row.id);
      for (const may of describeConsent(consentOf(armed))) note(row.id, { source: 'server', key: may, text: may });
      return { row: armed, notes };
    },

    timeline: (row: MachineRow) => timelines.entries(row.id, row.timeline),
    saveReport: (id: string, report: Report): void => saveReport(table, id, report),
  };
}

/** Does the work; false when the database failed. */
function unlessTrouble(work: () => unknown): boolean {
  try {
    work();
    return true;
  } catch (error) {
    if (!isUnreadable(error)) throw error;
    return false;
  }
}

const hash = (token: string): string => createHash('sha256').update(token).digest('hex');

function matches(token: string, expected: string | undefined): boolean {
  return expected !== undefined && timingSafeEqual(Buffer.from(hash(token), 'hex'), Buffer.from(expected, 'hex'));
}
