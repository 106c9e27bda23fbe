import { UserError } from '../../lib/errors.ts';

/** The text of a file that an option names. @throws UserError with exit code 2 */
export async function readNamedFile(file: string, option: string): Promise<string> {
  const { readFile } = await import('node:fs/promises');
  return readFile(file, 'utf8').catch((cause: unknown) => {
    throw new UserError(`the file of ${option}, ${file}, cannot be read`, { cause, exitCode: 2 });
  });
}
