// `gutinteg fleet install` of files: they are brought to the server, shown, and become a job like any other. In: words, options. Out: a job.
// Never: changes a host before its plan was approved.
import type { PackageFileSource } from '../../../contract/fleet/jobs/action.ts';
import type { PackageFile } from '../../../contract/fleet/api/package-files.ts';
import { UserError } from '../../../lib/errors.ts';
import { connect } from '../fleet-options.ts';
import { makeChange } from '../jobs/make-change.ts';
import type { MakeChangeOptions } from '../jobs/make-change.ts';
import type { OwnFileOptions } from './install-files-options.ts';
import { printTable } from '../output/print.ts';
import { bringFiles } from './bring-files.ts';
import type { BroughtFile } from './bring-files.ts';
import { collectFiles, isAddress } from './collect-files.ts';
import { FILE_HEADER, fileCells } from './file-text.ts';

const MAX_FILES = 200;

/** @param packages that were named beside the files: they come from repositories, and so in another job */
export async function installFiles(
  words: readonly string[],
  options: MakeChangeOptions & OwnFileOptions,
  packages: readonly { readonly name: string }[],
): Promise<void> {
  const [first] = packages;
  if (first !== undefined) {
    throw new UserError(`${words[0]} is a file, and ${first.name} the name of a package: that takes two jobs`, {
      exitCode: 2,
      hint: `./${first.name} if it is a directory; gutinteg fleet install ${first.name} installs it from the repositories`,
    });
  }
  const files = await bringSources(words, options);
  await makeChange({ do: 'install-files', files, options: options.fileOption ?? [] }, options);
}

/** Brings files to the server, and shows them. @throws UserError that names one that is no package file */
export async function bringSources(
  words: readonly string[],
  options: MakeChangeOptions & OwnFileOptions,
): Promise<PackageFileSource[]> {
  const origins = await collectFiles(words);
  if (origins.length > MAX_FILES) {
    throw new UserError(`${origins.length} files are more than the ${MAX_FILES} of one job; nothing was sent`, {
      exitCode: 2,
    });
  }
  const { eachHostDownloads = false } = options;
  const local = origins.find((origin) => !isAddress(origin));
  if (eachHostDownloads && local !== undefined) {
    throw new UserError(`--each-host-downloads is for addresses, and ${local} is a file of this computer`, {
      exitCode: 2,
    });
  }
  const brought = await bringFiles(await connect(options), origins, options);
  if (options.json !== true)
    printTable(
      FILE_HEADER,
      brought.map(({ file }) => fileCells(file)),
    );
  return uniqueFiles(brought.map((each) => sourceOf(each, eachHostDownloads)));
}

function sourceOf({ origin, file }: BroughtFile, eachHostDownloads: boolean): PackageFileSource {
  const { sha256, bytes, fileName, name, version, arch }: PackageFile = file;
  return { sha256, bytes, fileName, name, version, arch, ...(eachHostDownloads ? { url: origin } : {}) };
}

const uniqueFiles = (files: readonly PackageFileSource[]): PackageFileSource[] => [
  ...new Map(files.map((file) => [file.sha256, file])).values(),
];
