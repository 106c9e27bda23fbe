// What gutinteg-fleet consists of, besides Node and its libraries. In: nothing. Out: names of files. Never: I/O.

/** Bundles below usr/lib/gutinteg-fleet, by the main file that each is made of. */
export const fleetPrograms = { 'agent.mjs': 'agent.ts', 'executor.mjs': 'executor.ts' } as const;

/** Where needrestart looks. */
export const needrestartFile = 'etc/needrestart/conf.d/gutinteg-fleet.conf';

/** Units of systemd, by the target that wants them when the package is installed; without one, others start them. */
export const fleetUnits: Readonly<Record<string, string | undefined>> = {
  'gutinteg-fleet.service': undefined,
  'gutinteg-fleet.timer': 'timers.target',
  'gutinteg-fleet-key.service': 'multi-user.target',
  'gutinteg-fleet-report.path': 'multi-user.target',
  'gutinteg-fleet-executor.service': undefined,
  'gutinteg-fleet-executor.timer': 'timers.target',
  'gutinteg-fleet-executor.path': 'multi-user.target',
};

/** Started by their targets, and at once after an installation. */
export const startedFleetUnits: readonly string[] = Object.keys(fleetUnits).filter((unit) => fleetUnits[unit]);
