// Names that are put on a command line. Pure.
import { UserError } from '../lib/errors.ts';

/** Letters, digits and what versions and architectures add: never an option, a pattern or a path. */
const NAME = /^[A-Za-z0-9_][\w.+:~^-]*$/;

/** Also with an architecture: `libc6:i386`, `glibc.i686`. @throws UserError (exit code 2) */
export function requireName(name: string): string {
  if (NAME.test(name) && name.length <= 255) return name;
  throw new UserError(`${JSON.stringify(name.slice(0, 100))} is not the name of a package`, {
    exitCode: 2,
    hint: 'a name has letters, digits and . + - _ : and begins with a letter or digit',
  });
}
