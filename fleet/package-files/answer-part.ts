// A part of a package file for a host. In: a host, what it wants. Out: the part. Never: gives anything to a host that does not take part. Whoever
// asks must know the SHA-256, which stands in orders alone.
import type { PartAnswer, PartRequest } from '../../contract/fleet/package-file-part.ts';
import { refuseState } from '../exchange/refuse-state.ts';
import type { Outcome } from '../exchange/outcome.ts';
import type { Fleet } from '../fleet.ts';

export async function answerPart(
  { store, packageFiles }: Fleet,
  hostId: string,
  { sha256, from }: PartRequest,
): Promise<Outcome<PartAnswer>> {
  const host = await store.queries.selectFrom('hosts').selectAll().where('id', '=', hostId).executeTakeFirst();
  if (host?.state !== 'enrolled') return refuseState(host);
  const data = await packageFiles?.store.read(sha256, from);
  if (data !== undefined) return { answer: { result: 'part', data: Buffer.from(data).toString('base64') } };
  const message = `the fleet's server does not have the package file ${sha256.slice(0, 12)} any more, or its other servers do: see --package-files of gutinteg fleet serve`;
  return { answer: { result: 'missing', message } };
}
