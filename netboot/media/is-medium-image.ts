import { open } from 'node:fs/promises';
import { MEDIUM_LABEL } from '../../contract/medium.ts';

/** The primary volume descriptor begins here, with its type and `CD001`; the name follows 40 bytes later. @see ECMA-119 */
const DESCRIPTOR = 32_768;
const NAME_OFFSET = 40;
const NAME_LENGTH = 32;

/** Whether a file is an image that was made here, of whatever build: it may be replaced by another. */
export async function isMediumImage(path: string): Promise<boolean> {
  await using file = await open(path, 'r');
  const bytes = Buffer.alloc(NAME_OFFSET + NAME_LENGTH);
  await file.read(bytes, 0, bytes.length, DESCRIPTOR);
  const name = bytes.toString('latin1', NAME_OFFSET).trimEnd();
  return bytes.toString('latin1', 1, 6) === 'CD001' && name === MEDIUM_LABEL;
}
