// Machines that were installed by hand and may be taken in. In: an administrator's word, then a one-time token.
// Out: the machine's own token for reports. Never: arms anything; keeps a token, only its SHA-256.
import { createHash, randomBytes, timingSafeEqual } from 'node:crypto';
import { UserError } from '../lib/errors.ts';
import type { MachineSource } from './machine-source.ts';
import { findMachine } from './state/find-machines.ts';
import { giveSystemToken } from './machines/attempts.ts';
import { claimMachine, noteOnTimeline, recordTogether } from './machines/machines.ts';
import type { Machines } from './machines/machines.ts';
import type { StateDatabase } from './state/database.ts';
import type { MachineRow } from './state/machine-row.ts';

/** How long a one-time token is good. */
const GOOD_FOR_MS = 60 * 60_000;

const GOOD = 'SELECT machine_id, token_hash FROM adoptions WHERE good_until > ?';
const SAVE = 'INSERT OR REPLACE INTO adoptions (machine_id, token_hash, good_until) VALUES (?, ?, ?)';

export type Adoptions = ReturnType<typeof createAdoptions>;

export function createAdoptions(options: {
  readonly database: StateDatabase;
  readonly source: MachineSource;
  readonly machines: Machines;
  readonly now?: () => number;
}) {
  const { source, machines, database } = options;
  const now = options.now ?? Date.now;

  /** The machine that a token was made for; undefined when it is unknown, used, replaced or too old. */
  function holder(token: string): MachineRow | undefined {
    const wanted = Buffer.from(hash(token), 'hex');
    for (const row of database.all(GOOD, now())) {
      if (timingSafeEqual(Buffer.from(String(row['token_hash']), 'hex'), wanted))
        return findMachine(machines.table, String(row['machine_id']));
    }
    return undefined;
  }

  return {
    isGood: (token: string): boolean => holder(token) !== undefined,

    /**
     * Consent to take a machine in: a token that is good once, for an hour, and replaces an earlier one.
     * @throws UserError when the machine is unknown, has no MAC address, or is being installed
     */
    async claim(name: string): Promise<{ row: MachineRow; token: string; goodUntilMs: number }> {
      const site = await source.lookupByName(name);
      if (site === undefined || site.macs.length === 0) {
        const what = site === undefined ? 'no such machine in the database' : 'it has no MAC address to be known by';
        throw new UserError(`claiming ${name}: ${what}`, { exitCode: 2, hint: 'machdb check --site SITE' });
      }
      const row = claimMachine(machines, site);
      refuseWhileInstalling(row);
      const token = randomBytes(32).toString('hex');
      const goodUntilMs = now() + GOOD_FOR_MS;
      database.run(SAVE, row.id, hash(token), goodUntilMs);
      const text = `may be adopted until ${new Date(goodUntilMs).toISOString()}`;
      noteOnTimeline(machines, row.id, { source: 'server', key: `claim ${goodUntilMs}`, text });
      return { row, token, goodUntilMs };
    },

    /**
     * Burns a one-time token for the machine's own. Undefined when the token is not good.
     * @throws UserError when none of the MAC addresses is the machine's, or it is being installed; the token stays good
     */
    exchange(oneTimeToken: string, from: { macs: readonly string[]; hostname: string; address: string }) {
      const row = holder(oneTimeToken);
      if (row === undefined) return undefined;
      refuseWhileInstalling(row);
      if (!from.macs.some((mac) => row.macs.includes(mac))) {
        const text = `refused to be adopted by ${from.address}: its network cards are ${from.macs.join(', ')}`;
        noteOnTimeline(machines, row.id, { source: 'server', key: text, text });
        throw new UserError(
          `the one-time token is for ${row.name} (${row.macs.join(', ')}), not for a machine with ${from.macs.join(', ')}`,
        );
      }
      const token = recordTogether(machines, () => {
        database.run('DELETE FROM adoptions WHERE machine_id = ?', row.id);
        return giveSystemToken(machines, row.id);
      });
      const text = `adopted by the system that calls itself ${from.hostname}, from ${from.address}`;
      noteOnTimeline(machines, row.id, { source: 'server', key: text, text });
      return { machineId: row.id, name: row.name, token };
    },
  };
}

/** Two would fight for its disks. */
function refuseWhileInstalling({ name, life }: MachineRow): void {
  if (life.state !== 'armed' && life.state !== 'installing' && life.state !== 'booting') return;
  throw new UserError(`${name} is ${life.state}: it is to be installed, and cannot be adopted`, {
    hint: `gutinteg disarm ${name}`,
  });
}

const hash = (token: string): string => createHash('sha256').update(token).digest('hex');
