// A cluster.xml as a document, or host by host. In: bytes or text. Out: hosts with their places, and warnings. Pure.
import type { Fault } from '../../lib/errors.ts';
import type { ClusterDocument, ClusterFrame, Element, Encoding } from './cluster-document.ts';
import { collectWarnings } from './collect-warnings.ts';
import { decodeDocument } from './decode-document.ts';
import { failAt, readElements } from './read-elements.ts';

/** Warnings: unknown elements, text and `nfsroot`, each kind once with its first place. */
type WithWarnings<T> = { readonly document: T; readonly warnings: readonly Fault[] };

/** Bytes of a file to a document. @throws FaultsError with line and column; exit code 2 */
export function parseClusterBytes(bytes: Uint8Array, where: string): WithWarnings<ClusterDocument> {
  const { text, encoding } = decodeDocument(bytes, where);
  return parseCluster(text, where, encoding);
}

/**
 * Text to a document. An internal DTD subset and entities other than XML's own five are refused; a DOCTYPE that only
 * names a DTD is kept, and what it names is never opened.
 * @throws FaultsError with line and column; exit code 2
 */
export function parseCluster(text: string, where: string, encoding: Encoding = 'utf8'): WithWarnings<ClusterDocument> {
  const hosts: Element[] = [];
  const warnings = collectWarnings({ text, where });
  const { root, prolog, epilog } = readElements({ text, where }, (host, siblings) => {
    warnings.checkHost(host);
    hosts.push(host);
    siblings.push(host);
  });
  requireCluster({ text, where }, root);
  const document = { where, text, encoding, root, prolog, epilog, hosts, lastHost: hosts.at(-1) };
  return { document, warnings: warnings.finish(root) };
}

/**
 * As parseClusterBytes, but each host is only shown to `visit`, as it ends: four times as fast for a large file.
 * What `visit` was told counts only once this has returned, as a later line may be wrong.
 */
export function scanClusterBytes(
  bytes: Uint8Array,
  where: string,
  visit: (host: Element, text: string) => void,
): WithWarnings<ClusterFrame> {
  const { text, encoding } = decodeDocument(bytes, where);
  const warnings = collectWarnings({ text, where });
  let lastHost: Element | undefined;
  const { root } = readElements({ text, where }, (host) => {
    warnings.checkHost(host);
    lastHost = host;
    visit(host, text);
  });
  requireCluster({ text, where }, root);
  return { document: { where, text, encoding, root, lastHost }, warnings: warnings.finish(root) };
}

function requireCluster(source: { text: string; where: string }, root: Element): void {
  if (root.name === 'cluster') return;
  throw failAt(source, root.start, `the root element is <${root.name}>, expected <cluster>`);
}
