// The words of a fleet that can be completed: jobs, classes, windows, schedules, packages. In: a site directory, a kind, the beginning of a word. Out:
// words. Never: complains, or keeps whoever pressed TAB waiting: a server that does not answer in time has no words.
import { setTimeout as delay } from 'node:timers/promises';
import { listClasses } from '../../contract/fleet/api/classes.ts';
import { listJobs } from '../../contract/fleet/api/jobs.ts';
import { listPackages } from '../../contract/fleet/api/packages.ts';
import { listSchedules } from '../../contract/fleet/api/schedules.ts';
import { listWindows } from '../../contract/fleet/api/windows.ts';
import { connectToFleet } from '../../fleet/api/api-client.ts';
import type { FleetClient } from '../../fleet/api/api-client.ts';
import { findStateDir } from '../find-state-dir.ts';
import type { FleetKind } from './value-kinds.ts';

const MOST_MS = 2000;

export async function fleetWords(site: string, kind: FleetKind, prefix: string): Promise<string[]> {
  const words = await Promise.race([ask(site, kind, prefix), delay(MOST_MS, [], { ref: false })]).catch(() => []);
  return words.filter((word) => word.startsWith(prefix));
}

const ask = async (site: string, kind: FleetKind, prefix: string): Promise<readonly string[]> =>
  questions[kind](connectToFleet({ stateDir: await findStateDir({ site }) }), prefix);

const questions: Readonly<Record<FleetKind, (client: FleetClient, prefix: string) => Promise<readonly string[]>>> = {
  job: async (client) => (await client.ask(listJobs, {})).jobs.map(({ id }) => String(id)),
  class: async (client) => (await client.ask(listClasses, {})).classes.map(({ name }) => name),
  window: async (client) => (await client.ask(listWindows, {})).windows.map(({ name }) => name),
  schedule: async (client) => (await client.ask(listSchedules, {})).schedules.map(({ name }) => name),
  // Without a beginning it would be every package of the fleet.
  'fleet-package': async (client, prefix) =>
    prefix === ''
      ? []
      : (await client.ask(listPackages, { search: `${prefix}*`, limit: 1000 })).packages.map(({ name }) => name),
};
