// What the executor has to say of an order, as a file. In: a report. Out: its schema. Never: I/O.
import { z } from 'zod';
import { orderProgressSchema, orderResultSchema } from '../../contract/fleet/jobs/order-report.ts';

export const orderReportSchema = z.discriminatedUnion('state', [
  z.object({ state: z.literal('open'), progress: orderProgressSchema }),
  z.object({ state: z.literal('ended'), result: orderResultSchema }),
]);

export type OrderReport = z.infer<typeof orderReportSchema>;
