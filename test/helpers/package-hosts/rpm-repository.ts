// A repository for dnf in a directory, made by rpmbuild and createrepo_c.
import { mkdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { runCommand } from '../../../lib/run-command.ts';
import { buildRpm } from './rpm-package.ts';
import type { RpmPackage } from './rpm-package.ts';

export type RpmRepository = {
  readonly directory: string;
  /** Adds packages, and writes the lists again. */
  readonly publish: (packages: readonly RpmPackage[]) => Promise<void>;
};

/** Takes about 0.4 s, and 0.2 s for each package. Nothing is signed. The caller removes the directory. */
export async function makeRpmRepository(directory: string, packages: readonly RpmPackage[]): Promise<RpmRepository> {
  await mkdir(directory, { recursive: true });
  const all: RpmPackage[] = [];
  const publish = async (more: readonly RpmPackage[]): Promise<void> => {
    for (const spec of more) await buildRpm(spec, directory);
    all.push(...more);
    await runCommand(['createrepo_c', '--quiet', '--no-database', directory]);
    const advisories = all.filter(({ isSecurity }) => isSecurity);
    if (advisories.length > 0) await addAdvisories(directory, advisories);
  };
  await publish(packages);
  return { directory, publish };
}

async function addAdvisories(directory: string, packages: readonly RpmPackage[]): Promise<void> {
  const file = join(directory, 'updateinfo.xml');
  await writeFile(file, `<updates>${packages.map(renderAdvisory).join('')}</updates>`);
  await runCommand(['modifyrepo_c', '--mdtype=updateinfo', file, join(directory, 'repodata')]);
  await rm(file);
}

function renderAdvisory(
  { name, version, release = '1', arch = 'noarch', tags = {} }: RpmPackage,
  index: number,
): string {
  const full = `${name}-${version}-${release}`;
  return `<update from="lab@example.test" status="final" type="security" version="1">
<id>LAB-${index + 1}</id><title>${full}</title><issued date="2026-01-01 00:00:00"/><severity>Important</severity>
<pkglist><collection short="lab"><name>lab</name>
<package name="${name}" epoch="${tags['Epoch'] ?? '0'}" version="${version}" release="${release}" arch="${arch}" src="${full}.src.rpm">
<filename>${full}.${arch}.rpm</filename></package></collection></pkglist></update>\n`;
}
