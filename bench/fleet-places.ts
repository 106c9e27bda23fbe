// Stores for measurements of the fleet's server, SQLite and PostgreSQL beside each other. In: how many hosts. Out: two places, with
// the same hosts who know their keys and tokens.
import { chmod, mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { createPopulation } from '../fleet/simulate/population.ts';
import type { Population } from '../fleet/simulate/population.ts';
import { readRecordedSystems } from '../fleet/simulate/recorded-lists.ts';
import { usualLists } from '../fleet/simulate/simulate.ts';
import { openStore } from '../fleet/store/open-store.ts';
import type { Postgres } from '../test/helpers/postgres.ts';
import { copyFleet } from './fill-fleet.ts';
import { describeAll, fillHosts, fillLists } from './fill-simulated-fleet.ts';

export type FleetPlace = {
  readonly name: string;
  readonly stateDir: string;
  readonly database?: string;
  readonly population: Population;
};

type PlaceOptions = { readonly work: string; readonly postgres: Postgres; readonly hosts: number };

/** Two empty stores, and hosts that nobody knows. */
export async function makeNewPlaces(
  { work, postgres, hosts }: PlaceOptions,
  what: string,
): Promise<[FleetPlace, FleetPlace]> {
  const secret = Buffer.alloc(32, what);
  const makePlace = async (name: string, database?: string): Promise<FleetPlace> => {
    const stateDir = join(work, `${what}-${name}`);
    await mkdir(join(stateDir, 'fleet'), { recursive: true });
    const population = createPopulation({ hosts, lists: usualLists(hosts), secret });
    return { name, stateDir, ...(database === undefined ? {} : { database }), population };
  };
  const database = await postgres.newDatabase();
  // The server gives root's rights up, and the socket is in a directory of PostgreSQL's user.
  await chmod(new URL(database).searchParams.get('host') ?? '', 0o711);
  return [await makePlace('SQLite'), await makePlace('PostgreSQL', database)];
}

/** Two stores that have all hosts and their lists. */
export async function makeFilledPlaces(options: PlaceOptions): Promise<readonly FleetPlace[]> {
  const places = await makeNewPlaces(options, 'filled');
  const [{ stateDir, population }, { database = '', population: theirs }] = places;
  const systems = readRecordedSystems();
  const ours = await openStore({ file: join(stateDir, 'fleet', 'fleet.db') });
  const other = await openStore({ postgres: database });
  const lists = await fillLists(ours, systems, usualLists(options.hosts));
  await copyFleet(ours, other);
  for (const store of [ours, other]) await describeAll(store, systems);
  await fillHosts(ours, population, { systems, lists });
  await fillHosts(other, theirs, { systems, lists });
  await Promise.all([ours.close(), other.close()]);
  return places;
}
