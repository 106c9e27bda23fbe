// Which of an order's package files are for this host. In: files, a package system, the architectures that it installs. Out: those of its
// kind and architecture, one of each name: of its first architecture, in the newest version. The talker fetches what the executor will
// want, so both ask here. Pure.
import type { Action, PackageFileSource } from '../../contract/fleet/jobs/action.ts';
import { UserError } from '../../lib/errors.ts';
import type { PackageSystem } from '../../package-systems/package-system.ts';

export const filesOf = (action: Action): readonly PackageFileSource[] => ('files' in action ? action.files : []);

type System = Pick<PackageSystem, 'name' | 'fileEnding' | 'compareVersions'>;

/** @param architectures its own first @throws UserError when none is for this host */
export function chooseFiles(
  files: readonly PackageFileSource[],
  system: System,
  architectures: readonly string[],
): PackageFileSource[] {
  const placeOf = ({ arch }: PackageFileSource): number => architectures.indexOf(arch);
  const fitting = files.filter((file) => file.fileName.endsWith(system.fileEnding) && placeOf(file) !== -1);
  if (fitting.length === 0) throw noneFits(files, system, architectures);
  const byName = Map.groupBy(fitting, ({ name }) => name);
  return [...byName.values()].flatMap((same) => {
    const [best] = same.toSorted(
      (left, right) => placeOf(left) - placeOf(right) || system.compareVersions(right.version, left.version),
    );
    return best === undefined ? [] : [best];
  });
}

const SHOWN = 5;

function noneFits(files: readonly PackageFileSource[], { name }: System, architectures: readonly string[]): UserError {
  const shown = files.slice(0, SHOWN).map(({ fileName, arch }) => `${fileName} (${arch})`);
  const more = files.length > SHOWN ? [`and ${files.length - SHOWN} more`] : [];
  const kinds = architectures.filter((arch) => arch !== 'all' && arch !== 'noarch').slice(0, SHOWN);
  return new UserError(
    `no file is for this host, which has ${name} and packages of ${kinds.join(', ')}: ${[...shown, ...more].join(', ')}`,
  );
}
