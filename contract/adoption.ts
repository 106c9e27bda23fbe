// How a machine that was installed by hand is adopted. In: nothing. Out: zod schemas, types, a fingerprint. Never: I/O.
import { createHash, createPublicKey } from 'node:crypto';
import { z } from 'zod';

/** The site's public keys as PEM text. */
export const siteKeysSchema = z.object({ keys: z.array(z.string().max(4096)).max(100) });

/** What the machine says of itself: the MAC addresses of its own network cards. */
export const adoptionRequestSchema = z.strictObject({
  macs: z.array(z.string().max(64)).min(1).max(256),
  hostname: z.string().max(255),
});

/** Whose entry the one-time token was for, and the token for the machine's reports from now on. */
export const adoptionSchema = z.object({
  machineId: z.uuid(),
  name: z.string().min(1).max(255),
  token: z.string().regex(/^[0-9a-f]{64}$/, 'not a token of 64 hexadecimal digits'),
});

export type AdoptionRequest = z.infer<typeof adoptionRequestSchema>;
export type Adoption = z.infer<typeof adoptionSchema>;

/**
 * A public key in a form that people compare: `SHA256:` and the SHA-256 of its DER encoding in base64 without padding.
 * The same by other tools: `openssl pkey -pubin -in site.pub -outform DER | openssl dgst -sha256 -binary | base64`.
 * @throws Error when the text is not a public key in PEM
 */
export function keyFingerprint(pem: string): string {
  const der = createPublicKey(pem).export({ type: 'spki', format: 'der' });
  return `SHA256:${createHash('sha256').update(der).digest('base64').replaceAll('=', '')}`;
}
