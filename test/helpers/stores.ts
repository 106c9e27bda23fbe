// Both databases that the fleet's store can be in, for tests that must hold for both.
//   for (const { name, newPlace } of storeKinds()) test(`… (${name})`, async () => { const store = await openStore(await newPlace()); … });
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after } from 'node:test';
import type { StorePlace } from '../../fleet/store/open-store.ts';
import { startPostgres } from './postgres.ts';
import type { Postgres } from './postgres.ts';

export type StoreKind = {
  readonly name: 'SQLite' | 'PostgreSQL';
  /** The place of a new, empty store; it is taken away after the file's last test, when every store must be closed. */
  readonly newPlace: () => Promise<StorePlace>;
};

/** To be called once in a file. PostgreSQL is started when a test first wants it. */
export function storeKinds(): readonly [sqlite: StoreKind, postgres: StoreKind] {
  const directory = mkdtempSync(join(tmpdir(), 'gutinteg-stores-'));
  let files = 0;
  let postgres: Promise<Postgres> | undefined;
  after(async () => {
    rmSync(directory, { recursive: true });
    await (await postgres)?.stop();
  });
  return [
    { name: 'SQLite', newPlace: () => Promise.resolve({ file: join(directory, `${(files += 1)}.db`) }) },
    {
      name: 'PostgreSQL',
      newPlace: async () => {
        postgres ??= startPostgres();
        return { postgres: await (await postgres).newDatabase() };
      },
    },
  ];
}
