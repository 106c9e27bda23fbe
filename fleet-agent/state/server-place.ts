// Which server this host reports to, and how it is known. In: the site's file, or what `enrol` has written. Out: a place.
import { z } from 'zod';
import { fingerprintSchema } from '../../contract/fleet/connection/trust.ts';
import { UserError, describeError } from '../../lib/errors.ts';
import { parseJsonEdge } from '../../lib/parse-edge.ts';
import { readFileIfThere, replaceFile } from './replace-file.ts';
import { SITE_FILE } from './state-paths.ts';
import type { StatePaths } from './state-paths.ts';

const serverUrlSchema = z
  .url({ protocol: /^https$/, error: 'is no https:// address' })
  .refine((text) => new URL(text).pathname === '/', 'has a path')
  .transform((text) => new URL(text).origin);

export const serverPlaceSchema = z.object({
  url: serverUrlSchema,
  /** PEM: the server's own certificate, or that of its authority. */
  certificate: z.string().max(100_000).exactOptional(),
  fingerprint: fingerprintSchema.exactOptional(),
  /** As the host is named by its machine record; the name that the system has unless given. */
  name: z.string().max(253).exactOptional(),
  mode: z.enum(['packages', 'image']).exactOptional(),
});

export type ServerPlace = z.infer<typeof serverPlaceSchema>;

/** The site's word comes first. Undefined when nobody has said anything. */
export function readServerPlace(paths: StatePaths, siteFile = SITE_FILE): ServerPlace | undefined {
  return readPlace(siteFile, SITE_HINT) ?? readPlace(paths.server, OWN_HINT);
}

export const isSetBySite = (siteFile = SITE_FILE): boolean => readFileIfThere(siteFile) !== undefined;

/** @throws UserError when there is none */
export function requireServerPlace(paths: StatePaths, siteFile = SITE_FILE): ServerPlace {
  const place = readServerPlace(paths, siteFile);
  if (place !== undefined) return place;
  throw new UserError('this host belongs to no fleet yet', {
    exitCode: 2,
    hint: 'gutinteg-fleet enrol --server https://SERVER:8443 --fingerprint sha256:…',
  });
}

export function writeServerPlace(paths: StatePaths, place: ServerPlace): void {
  replaceFile(paths.server, `${JSON.stringify(place, null, 2)}\n`);
}

const SITE_HINT = 'fleet: in site.yaml says what is in it, and the nightly run of gutinteg writes it anew';
const OWN_HINT = 'gutinteg-fleet enrol --server URL --fingerprint sha256:… writes it anew; the host keeps its key';

function readPlace(file: string, hint: string): ServerPlace | undefined {
  const bytes = readFileIfThere(file);
  if (bytes === undefined) return undefined;
  try {
    return parseJsonEdge(serverPlaceSchema, bytes.toString(), file);
  } catch (cause) {
    if (!(cause instanceof UserError)) throw cause;
    throw new UserError(`${describeError(cause)}\nso it is not known which server this host reports to`, {
      exitCode: 2,
      hint,
    });
  }
}
