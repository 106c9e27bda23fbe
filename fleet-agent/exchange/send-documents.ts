// Sends what the server lacks. In: its wishes, the look. Out: what was sent, and whether another check-in is needed now.
// Never: sends a list with a digest that the last check-in did not announce.
import type { HostDocument, Wanted } from '../../contract/fleet/check-in.ts';
import { listKinds } from '../../contract/fleet/inventory.ts';
import type { ListKind } from '../../contract/fleet/inventory.ts';
import { cutText } from '../../lib/cut-text.ts';
import { ask } from '../../package-systems/ask.ts';
import { digestOfLook } from '../look/look-at-host.ts';
import { keepList, readKeptList } from '../state/kept-lists.ts';
import type { DocumentResult } from '../wire/fleet-client.ts';
import type { CurrentLook } from './current-look.ts';
import type { HostContext } from './host-context.ts';
import { planListDocument } from './plan-document.ts';

export type SentDocuments = {
  readonly sent: readonly string[];
  /** What the server did not take, and why. */
  readonly refused: readonly string[];
  readonly again: boolean;
};

export async function sendDocuments(
  context: HostContext,
  current: CurrentLook,
  wishes: readonly Wanted[],
): Promise<SentDocuments> {
  const sent: string[] = [];
  const refused: string[] = [];
  for (const wish of wishes) {
    const result = isList(wish.document)
      ? await sendList(context, current, { kind: wish.document, base: wish.base })
      : await send(context, await otherDocument(context, current, wish));
    // A look in between has found something else, or the request was a repetition: what is announced next is right.
    if (result === 'not-wanted' || result === 'changed') return { sent, refused, again: true };
    if (result === 'stored') sent.push(wish.document);
    if (typeof result === 'object') refused.push(`${wish.document} (${result.refused})`);
  }
  return { sent, refused, again: false };
}

const isList = (document: string): document is ListKind => listKinds.some((kind) => kind === document);

type Result = DocumentResult | 'changed' | 'nothing' | { readonly refused: string };

async function sendList(
  context: HostContext,
  current: CurrentLook,
  { kind, base }: { kind: ListKind; base: string | undefined },
): Promise<Result> {
  const list = await current.list(kind);
  if (list === undefined) return 'nothing';
  if (list.digest !== current.look[kind]) return 'changed';
  const kept = readKeptList(context.paths, kind);
  const first = await send(context, planListDocument({ ...list, kind, base, kept }));
  const result =
    first === 'again' ? await send(context, planListDocument({ ...list, kind, base: undefined, kept })) : first;
  if (result === 'stored') keepList(context.paths, kind, list);
  return result;
}

async function otherDocument(
  { system, host }: HostContext,
  { look }: CurrentLook,
  wish: Wanted,
): Promise<HostDocument> {
  if (wish.document === 'facts') return { document: 'facts', digest: digestOfLook(look), facts: look.facts };
  const names = wish.names ?? [];
  const described = await ask(system.describe(names.filter(isName)), host).catch(() => []);
  const summaries = new Map(described.map(({ name, summary }) => [name, summary]));
  return {
    document: 'summaries',
    summaries: names.map((name) => [name, cutText(summaries.get(name) ?? '', 500)]),
  };
}

/** What other hosts call a package reaches a command line here. @see package-systems/require-name.ts */
const isName = (name: string): boolean => /^[A-Za-z0-9_][\w.+:~^-]*$/.test(name);

/** A document that the server does not take is no reason to hold up the rest. */
async function send({ client }: HostContext, document: HostDocument): Promise<Result> {
  const answered = await client.sendDocument(document);
  return 'answer' in answered ? answered.answer.result : { refused: answered.refusal.message };
}
