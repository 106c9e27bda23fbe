// One machine of the server's database, parsed. In: a row as SQLite gives it. Out: a MachineRow, or an error that names the
// machine, the column and what to do. Pure.
import type { SQLOutputValue } from 'node:sqlite';
import { z } from 'zod';
import { initDataSchema, knownEmptySchema, sha256Schema } from '../../contract/lookup.ts';
import { UserError } from '../../lib/errors.ts';
import { parseJsonEdge } from '../../lib/parse-edge.ts';
import { StateError } from './state-error.ts';
import type { Life } from './transitions.ts';

export type MachineRow = {
  /** The machineId. */
  readonly id: string;
  readonly name: string;
  readonly macs: readonly string[];
  readonly life: Life;
  readonly changedAtMs: number;
  /** What the arming is bound to. */
  readonly recordDigest: string | undefined;
  /** Data partitions that the arming allows to be made. */
  readonly initData: readonly string[];
  /** Serial numbers of disks whose unreadable content it takes for free space. */
  readonly knownEmpty: readonly string[];
  /** SHA-256 of the latest attempt's token, in hexadecimal. */
  readonly tokenHash: string | undefined;
  /** That of the token which the system on the disk has: the one of the attempt that installed it. */
  readonly systemTokenHash: string | undefined;
  readonly timeline: number;
};

export const NEW_LIFE: Life = {
  state: 'unknown',
  reason: undefined,
  stateBefore: 'unknown',
  attempts: 0,
  attemptsAllowed: 0,
  localBoots: 0,
  lastStep: undefined,
};

/** Columns of `machines` that are parsed, and what makes a damaged one harmless. */
const RESETS = {
  life: `life = '{"state":"failed"}'`,
  snapshot: `snapshot = NULL, life = '{"state":"failed"}'`,
  token_hash: 'token_hash = NULL',
  system_token_hash: 'system_token_hash = NULL',
  last_report: 'last_report = NULL',
} as const;

/** What the database says of one machine makes no sense. Nothing of that machine is done; all others are well. */
export class DamagedRowError extends UserError {
  override readonly name = 'DamagedRowError';

  constructor(machine: { id: string; name: string }, column: keyof typeof RESETS, cause: unknown) {
    const { id, name } = machine;
    const reset = `UPDATE machines SET ${RESETS[column]} WHERE id = '${id.replaceAll("'", "''")}'`;
    super(`machine ${name} (${id}) in the server's database: column ${column} is damaged; nothing was changed`, {
      hint: `put a backup of netboot.db in its place; without one: sqlite3 netboot.db "${reset.replaceAll('"', '\\"')}", which forgets what it said`,
      cause,
    });
  }
}

/** Whether the database, or what it says of the machine, cannot be read or written. */
export function isUnreadable(error: unknown): error is StateError | DamagedRowError {
  return error instanceof StateError || error instanceof DamagedRowError;
}

const state = z.enum(['unknown', 'armed', 'installing', 'booting', 'installed', 'failed']);
const count = z.int().nonnegative().default(0);
/** What a program of earlier days left out is as for a machine that was just seen. */
const lifeSchema = z.object({
  state,
  reason: z.string().optional(),
  stateBefore: state.default('unknown'),
  attempts: count,
  attemptsAllowed: count,
  localBoots: count,
  lastStep: z.string().optional(),
});
const macsSchema = z.array(z.string());
const allowedSchema = z.array(initDataSchema);
const serialsSchema = z.array(knownEmptySchema);

type Row = Readonly<Record<string, SQLOutputValue>>;

/** A row of the columns that find-machines.ts asks for. @throws DamagedRowError */
export function parseMachineRow(row: Row): MachineRow {
  const machine = { id: String(row['id']), name: String(row['name']) };
  const json = <S extends z.ZodType>(schema: S, value: SQLOutputValue | undefined, column: keyof typeof RESETS) =>
    orDamaged(machine, column, () => parseJsonEdge(schema, String(value), column));
  const hash = (column: 'token_hash' | 'system_token_hash'): string | undefined =>
    row[column] === null ? undefined : orDamaged(machine, column, () => sha256Schema.parse(row[column]));
  return {
    ...machine,
    macs: parseJsonEdge(macsSchema, String(row['macs']), 'the MAC addresses'),
    life: { ...NEW_LIFE, ...json(lifeSchema, row['life'] ?? null, 'life') },
    changedAtMs: Number(row['changed_at']),
    recordDigest: row['record_digest'] === null ? undefined : String(row['record_digest']),
    initData: row['init_data'] === null ? [] : json(allowedSchema, row['init_data'], 'snapshot'),
    knownEmpty: row['known_empty'] === null ? [] : json(serialsSchema, row['known_empty'], 'snapshot'),
    tokenHash: hash('token_hash'),
    systemTokenHash: hash('system_token_hash'),
    timeline: Number(row['timeline']),
  };
}

/** What `parse` makes of the column. @throws DamagedRowError when it throws */
export function orDamaged<T>(machine: { id: string; name: string }, column: keyof typeof RESETS, parse: () => T): T {
  try {
    return parse();
  } catch (error) {
    throw new DamagedRowError(machine, column, error);
  }
}
