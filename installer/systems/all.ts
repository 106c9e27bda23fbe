import { UserError } from '../../lib/errors.ts';
import { debian } from './debian.ts';
import type { SystemKind } from './system-kind.ts';

const systems: readonly SystemKind[] = [debian];

/** @throws UserError (exit code 2) for an OS that cannot be installed, naming those that can */
export function systemOf(os: string | undefined): SystemKind {
  const found = systems.find((system) => system.name === os);
  if (found !== undefined) return found;
  const known = systems.map((system) => system.name).join(', ');
  throw new UserError(`OS='${os ?? ''}' cannot be installed; known are: ${known}`, { exitCode: 2 });
}
