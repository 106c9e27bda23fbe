import type { Fault } from '../../lib/errors.ts';
import type { Element } from './cluster-document.ts';
import { fieldOrder } from './fields.ts';
import { faultAt } from './place-in-text.ts';
import { failAt } from './read-elements.ts';
import type { Source } from './read-elements.ts';

type Warnings = {
  /** @throws FaultsError for a field that the host has twice: nobody can know which of them is right */
  readonly checkHost: (host: Element) => void;
  readonly finish: (root: Element) => Fault[];
};

/** Gathers what is odd in a file without being a fault. Each kind is one warning, with its first place and a count. */
export function collectWarnings(source: Source): Warnings {
  const found = new Map<string, { offset: number; count: number }>();
  const note = (message: string, offset: number): void => {
    const before = found.get(message);
    if (before === undefined) found.set(message, { offset, count: 1 });
    else before.count += 1;
  };
  return {
    checkHost: (host) => checkHost(source, host, note),
    finish(root) {
      if (root.text !== '') note('text directly in <cluster> is not used', root.contentStart);
      noteUnknown(root, (child) => child.name === 'host', note);
      return [...found].map(([message, { offset, count }]) => {
        const times = count === 1 ? '' : ` (the first of ${count})`;
        return faultAt(source, offset, { severity: 'warning', message: `${message}${times}` });
      });
    },
  };
}

function checkHost(source: Source, host: Element, note: (message: string, offset: number) => void): void {
  if (host.text !== '') note('text directly in <host> is not used', host.contentStart);
  let seen = 0;
  for (const child of host.children) {
    if (!child.element) continue;
    const order = fieldOrder(child.name);
    if (order === -1) {
      note(unknown(child, host), child.start);
      continue;
    }
    if ((seen & (1 << order)) !== 0) throw failAt(source, child.start, `this host has a second <${child.name}>`);
    seen |= 1 << order;
    if (child.name === 'nfsroot') note('<nfsroot> is deprecated', child.start);
    if (child.children.length > 0) noteUnknown(child, () => false, note);
  }
}

function noteUnknown(
  parent: Element,
  isKnown: (child: Element) => boolean,
  note: (message: string, offset: number) => void,
): void {
  for (const child of parent.children) {
    if (child.element && !isKnown(child)) note(unknown(child, parent), child.start);
  }
}

function unknown(child: Element, parent: Element): string {
  return `<${child.name}> in <${parent.name}> is unknown, and kept`;
}
