import type { Fault } from '../../lib/errors.ts';
import { groupMachines } from '../exports/ansible-groups.ts';
import { reportTaken } from '../exports/ansible-variables.ts';
import { clusterFaults } from '../exports/cluster-xml.ts';
import { dnsmasqFaults } from '../exports/dnsmasq.ts';
import { faultFinder } from '../exports/fault-finder.ts';
import type { ExportInput } from '../exports/format.ts';
import { readInterfaces } from '../exports/interfaces.ts';
import { judgeZones } from '../exports/judge-zones.ts';
import { collectSubnets } from '../exports/subnets.ts';
import type { Machdb } from '../types.ts';
import type { Inspection } from './inspection.ts';

/** A fault whose message begins with the name of the machine that has it: it may be said once for many. */
export type ReportOfMachine = (machine: string, fault: Fault) => void;

/**
 * What an export would refuse of machines in which nothing else is wrong: networks for DHCP, zones, names that mean
 * something else to dnsmasq or ansible. The exports' own rules are asked, and nothing is written.
 */
export function inspectExports(db: Machdb, report: ReportOfMachine): Inspection {
  const input: ExportInput = { db, settings: {}, serial: 1, machines: () => [], faultOf: faultFinder(db) };
  const inSubnets: Fault[] = [];
  const subnets = collectSubnets(input, inSubnets, { keep: false });
  const zones = judgeZones(input);
  return {
    machine: (machine) => {
      const faults: Fault[] = [];
      const { names } = machine.names();
      if (names === undefined) return;
      const described = { names, interfaces: readInterfaces({ input, machine, faults }, names.host) };
      subnets.add(machine, described);
      faults.push(...reportTaken(input, machine), ...dnsmasqFaults(input, machine.name, described));
      faults.push(...clusterFaults(input, machine));
      faults.push(...zones.machine(machine, described), ...inSubnets.splice(0));
      for (const fault of faults) report(machine.name, fault);
    },
    finish: () => {
      subnets.list();
      for (const fault of [...inSubnets, ...zones.finish(), ...groupMachines(input).faults]) report('', fault);
    },
  };
}
