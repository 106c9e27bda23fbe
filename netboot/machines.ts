// The server's memory of machines. In: what was seen, armed, reported. Out: views for decideBoot, tokens, statuses.
// Never: sockets, DHCP or HTTP. Survives restarts except for which boot a packet belongs to.
import { createHash, randomBytes, randomUUID, timingSafeEqual } from 'node:crypto';
import type { DatabaseSync } from 'node:sqlite';
import { UserError } from '../lib/errors.ts';
import type { Lookup } from '../contract/lookup.ts';
import type { MachineView } from './decide.ts';
import type { Consent, MachineSource, SiteMachine } from './machine-source.ts';
import { createBoots } from './state/boots.ts';
import { createMachineRows } from './state/machine-rows.ts';
import type { MachineRow } from './state/machine-rows.ts';
import { createTimelines } from './state/timeline.ts';
import type { TimelineNote } from './state/timeline.ts';
import { afterOccurrence, mayInstall } from './state/transitions.ts';
import type { Occurrence } from './state/transitions.ts';
import { filterRecord } from './filter-record.ts';
import { initDataOf, mayCreate } from './init-data.ts';

export type MachinesOptions = {
  readonly database: DatabaseSync;
  readonly source: MachineSource;
  /** Attempts of one arming. */
  readonly attempts: number;
  readonly now?: () => number;
  /** Told of every change of a machine's state or of the reason for it. */
  readonly onState?: (machine: { name: string; state: string; reason: string | undefined }) => void;
};

/** A machine that was armed, and what who armed it should know. */
type Armed = { readonly row: MachineRow; readonly notes: readonly string[] };

export type Machines = ReturnType<typeof createMachines>;

export function createMachines(options: MachinesOptions) {
  const { source } = options;
  const now = options.now ?? Date.now;
  const timelines = createTimelines(options.database, now);
  const rows = createMachineRows(options.database, now);
  const boots = createBoots(now);

  /** The machine's row, made when it is first seen. A MAC address keeps its machineId whatever the name. */
  function claim(site: SiteMachine): MachineRow {
    return rows.byMacs(site.macs, site.name) ?? rows.create({ id: randomUUID(), name: site.name, macs: site.macs });
  }

  function note(machineId: string, entry: TimelineNote): void {
    timelines.note(machineId, rows.get(machineId).timeline, entry);
  }

  function apply(machineId: string, occurrence: Occurrence): MachineRow {
    const row = rows.get(machineId);
    const life = afterOccurrence(row.life, occurrence);
    if (life === row.life) return row;
    rows.saveLife(machineId, life);
    if (life.state !== row.life.state || life.reason !== row.life.reason) {
      options.onState?.({ name: row.name, state: life.state, reason: life.reason });
      const reason = life.reason === undefined ? '' : `: ${life.reason}`;
      note(machineId, { source: 'server', key: `state ${life.state} ${reason}`, text: `now ${life.state}${reason}` });
    }
    return rows.get(machineId);
  }

  async function describe(site: SiteMachine, machineId: string): Promise<Lookup> {
    const lookup = await site.describe(machineId);
    const variables = (await site.templateVariables?.()) ?? [];
    return { ...lookup, record: filterRecord(lookup.record, variables, site.name) };
  }

  function startTimeline(row: MachineRow): void {
    if (timelines.entries(row.id, row.timeline).length === 0) return;
    rows.setTimeline(row.id, row.timeline + 1);
    timelines.prune(row.id, row.timeline + 1);
  }

  return {
    claim,
    note,
    apply,
    describe,
    get: rows.get,
    find: rows.find,
    all: rows.all,
    byMac: rows.byMac,

    /** Notes a DHCPDISCOVER of firmware or iPXE; a new boot of an armed machine opens a new timeline. */
    seenNetboot(row: MachineRow, stage: 'firmware' | 'ipxe'): void {
      if (boots.seen(row.id, stage) && mayInstall(row.life)) startTimeline(row);
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

    /** Begins an attempt: a new token, good until the next one; only its SHA-256 is kept. */
    beginAttempt(row: MachineRow): string {
      if (boots.current(row.id) === undefined) startTimeline(row);
      const token = randomBytes(32).toString('hex');
      apply(row.id, { kind: 'installer-given' });
      rows.setTokenHash(row.id, hash(token));
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
      const row = rows.find(machineId);
      if (matches(token, row?.tokenHash)) {
        boots.tokenUsed(machineId);
        return 'attempt';
      }
      return matches(token, row?.systemTokenHash) ? 'system' : undefined;
    },

    keepTokenForSystem: rows.keepTokenForSystem,

    /** A new token for the system that is on the machine's disk; those of attempts, and an older system's, end. */
    giveSystemToken(machineId: string): string {
      const token = randomBytes(32).toString('hex');
      rows.setSystemTokenHash(machineId, hash(token));
      return token;
    },

    /**
     * Consent: the next netboots may erase the machine's disks, with exactly the record and packages of this moment, and
     * may make the data partitions of `initData`. Notes are what who arms it should know.
     * @throws UserError when the machine is unknown, has no MAC address, or cannot be described.
     */
    async arm(name: string, consent: Consent = { initData: [] }): Promise<Armed> {
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
      const notes = (await site.verify?.(consent)) ?? [];
      const row = claim(site);
      const initData = consent.initData.length === 0 ? {} : { initData: [...new Set(consent.initData)] };
      const snapshot = { ...(await describe(site, row.id)), ...initData };
      rows.saveArming(row.id, { snapshot, recordDigest: site.recordDigest });
      boots.forget(row.id);
      startTimeline(rows.get(row.id));
      const armed = apply(row.id, { kind: 'armed', attemptsAllowed: options.attempts });
      const may = mayCreate(initDataOf(armed));
      if (may !== undefined) note(row.id, { source: 'server', key: may, text: may });
      return { row: armed, notes };
    },

    timeline: (row: MachineRow) => timelines.entries(row.id, row.timeline),
    saveReport: rows.saveReport,
  };
}

const hash = (token: string): string => createHash('sha256').update(token).digest('hex');

function matches(token: string, expected: string | undefined): boolean {
  return expected !== undefined && timingSafeEqual(Buffer.from(hash(token), 'hex'), Buffer.from(expected, 'hex'));
}
