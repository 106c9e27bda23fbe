import type { MachineRecord } from '../../contract/lookup.ts';
import { UserError } from '../../lib/errors.ts';
import { renderSystem } from '../systems/system-kind.ts';
import type { Rendering, SystemKind } from '../systems/system-kind.ts';

/**
 * The variables of the record that decide a rendered file, sorted: those without which it would be another one, or
 * could not be rendered. What a renderer reads needs to be declared nowhere, so it cannot be declared wrongly.
 */
export function renderedFrom(system: SystemKind, rendering: Rendering, path: string): string[] {
  const contentOf = (changed: Partial<Rendering>): string | undefined => {
    try {
      return renderSystem(system, { ...rendering, ...changed }).find((file) => file.path === path)?.content;
    } catch (error) {
      if (error instanceof UserError) return undefined;
      throw error;
    }
  };
  const content = contentOf({});
  const decisive = Object.keys(rendering.record).filter((variable) => {
    return contentOf({ record: without(rendering.record, variable) }) !== content;
  });
  const isNamed = contentOf({ hostname: `${rendering.hostname}x` }) !== content;
  return [...new Set([...decisive, ...(isNamed ? ['HOSTNAME'] : [])])].toSorted();
}

function without(record: MachineRecord, variable: string): MachineRecord {
  return Object.fromEntries(Object.entries(record).filter(([name]) => name !== variable));
}
