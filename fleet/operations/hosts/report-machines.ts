// Machines that the installer of a site reports, from another computer. In: machines. Out: their states. Never: lets in a key that was
// revoked.
import { reportMachines } from '../../../contract/fleet/api/installed-machines.ts';
import { enrolInstalledWithin } from '../../enrolment/enrol-installed.ts';
import { implementChange } from '../implement.ts';

const TOLD_NAMES = 20;

export const machineReports = implementChange(reportMachines, {
  run: async ({ fleet, transaction }, { machines }) => {
    const hosts = await enrolInstalledWithin(fleet, transaction, machines);
    return { results: hosts.map((host, index) => ({ ...host, name: machines[index]?.name ?? '' })) };
  },
  tell: ({ machines }) => ({
    subject: machines
      .slice(0, TOLD_NAMES)
      .map(({ name }) => name)
      .join(' '),
    details: { machines: machines.length },
  }),
});
