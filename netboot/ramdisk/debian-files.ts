import { unpackPackages } from '../unpack-packages.ts';
import type { PackageSource } from '../unpack-packages.ts';
import { debianPackages, debianSuite } from './recipe.ts';

/** The folder with the unpacked packages of the ramdisk's recipe, downloaded on the first call. */
export function fetchDebianFiles(source: PackageSource): Promise<string> {
  const packages = debianPackages(source.architecture);
  return unpackPackages({ suite: debianSuite, packages, whose: "the boot ramdisk's" }, source);
}
