// The yes to simulated hosts on a server that people use. In: what would be done, and the newest entry of that server's audit log. Out: a
// word. A simulation writes an entry of its own, so the word of one is none of the next. Never: I/O.
import { createHash } from 'node:crypto';

export type WouldBeDone = { readonly hosts: number; readonly url: string; readonly newestHash: string };

export const wordOfConsent = ({ hosts, url, newestHash }: WouldBeDone): string =>
  createHash('sha256').update(`simulate\n${hosts}\n${url}\n${newestHash}`).digest('hex').slice(0, 8);
