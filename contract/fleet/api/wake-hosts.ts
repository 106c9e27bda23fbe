// Hosts that are asked to check in now. In: nothing. Out: the descriptions of operations.
import { z } from 'zod';
import { hostKeySchema } from '../enrolment.ts';
import { describeOperation } from '../operation.ts';
import { FLEET_PORT } from '../routes.ts';
import { hostReferenceSchema } from './fields.ts';

export const wakeHosts = describeOperation({
  name: 'wake-hosts',
  summary: 'Send a signed datagram to hosts that listen for one, so that they check in now',
  role: 'operator',
  changes: true,
  input: z.object({
    hosts: z.array(hostReferenceSchema).min(1).max(1000),
    port: z.int().min(1).max(65_535).default(FLEET_PORT),
  }),
  output: z.object({
    /** `sent` says no more than that: a host that does not listen does not answer. */
    results: z.array(z.object({ host: z.string(), isSent: z.boolean(), message: z.string() })),
  }),
});

export const showWakeKey = describeOperation({
  name: 'wake-key',
  summary: 'The public key by which hosts know a datagram of this server',
  role: 'viewer',
  changes: false,
  input: z.object({}),
  output: z.object({ publicKey: hostKeySchema }),
});
