// A certificate of a host's own key, for a server that asks connections for one. In: nothing. Out: zod schemas. Never: I/O. The
// request is signed by that key, so it needs no other proof that the host has it.
import { z } from 'zod';

export const certificateRequestSchema = z.object({ v: z.int().min(1) });

export const certificateAnswerSchema = z.object({
  v: z.int().min(1),
  /** PEM. */
  certificate: z
    .string()
    .max(16_384)
    .regex(/^-----BEGIN CERTIFICATE-----\n/, 'is no certificate in PEM'),
});

export type CertificateAnswer = z.infer<typeof certificateAnswerSchema>;
