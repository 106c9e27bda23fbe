// Two names change places. In: two paths on one file system. Out: yes or no. Never: a moment in which either is missing.
import { checkedBut, libc } from './libc.ts';

const AT_FDCWD = -100;
const RENAME_EXCHANGE = 2;

/**
 * Exchanges two paths of any types in one step; false where the kernel or the file system cannot.
 * @throws LibcError
 * @see rename(2), RENAME_EXCHANGE
 */
export function exchange(from: string, to: string): boolean {
  const answer = libc.renameat2(AT_FDCWD, from, AT_FDCWD, to, RENAME_EXCHANGE);
  return checkedBut(answer, { doing: 'exchanging', place: to, codes: ['ENOSYS', 'EINVAL', 'ENOTSUP'] }) !== -1;
}
