// Sessions of `gutinteg fleet login`, one for each server. In: a server's URL. Out: its token, and the certificate that was given
// then. They are in a file that only its owner can read.
import { mkdir } from 'node:fs/promises';
import { homedir } from 'node:os';
import { dirname, join } from 'node:path';
import { z } from 'zod';
import { parseJsonEdge } from '../../lib/parse-edge.ts';
import { readIfThere } from '../../lib/read-if-there.ts';
import { writeFileAtomically } from '../../lib/write-file-atomically.ts';

const sessionSchema = z.object({ token: z.string().exactOptional(), certificate: z.string().exactOptional() });
const sessionsSchema = z.record(z.string(), sessionSchema);

export type Session = z.infer<typeof sessionSchema>;

const sessionsFile = (): string =>
  join(process.env['XDG_CONFIG_HOME'] ?? join(homedir(), '.config'), 'gutinteg', 'fleet-sessions.json');

async function readSessions(): Promise<Record<string, Session>> {
  const bytes = await readIfThere(sessionsFile());
  return bytes === undefined ? {} : parseJsonEdge(sessionsSchema, bytes.toString(), sessionsFile());
}

export const readSession = async (url: string): Promise<Session | undefined> => (await readSessions())[url];

/** The certificate that was given first stays, until another one is given. */
export async function writeSession(url: string, session: Session): Promise<void> {
  const all = await readSessions();
  const { certificate } = all[url] ?? {};
  const sessions = { ...all, [url]: { ...(certificate === undefined ? {} : { certificate }), ...session } };
  await mkdir(dirname(sessionsFile()), { recursive: true, mode: 0o700 });
  await writeFileAtomically(sessionsFile(), `${JSON.stringify(sessions, null, 2)}\n`, 0o600);
}
