// Machines that an installer elsewhere has installed. In: nothing. Out: the description of the operation.
import { z } from 'zod';
import { hostKeySchema, hostNameSchema, hostStates } from '../enrolment.ts';
import { describeOperation } from '../operation.ts';

/** A machine that gutinteg installed or adopted, by its report. */
export const installedMachineSchema = z.object({
  /** gutinteg's own id of the machine. */
  machineId: z.string().min(1).max(64),
  name: hostNameSchema,
  publicKey: hostKeySchema,
});

export const reportMachines = describeOperation({
  name: 'report-machines',
  summary: 'Let in machines that a site has installed; what was reported before changes nothing',
  role: 'approver',
  changes: true,
  input: z.object({ machines: z.array(installedMachineSchema).min(1).max(100) }),
  output: z.object({
    /** In the order of the machines. */
    results: z.array(
      z.object({
        name: z.string(),
        id: z.string(),
        state: z.enum(hostStates),
        /** Why it was not let in; empty when it was. */
        reason: z.string(),
      }),
    ),
  }),
});
