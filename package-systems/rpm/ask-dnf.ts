// How dnf is asked anything, of version 4 or 5. In: its words. Out: a command. Pure.
import type { PackageCommand } from '../package-system.ts';

/**
 * dnf 5 of an ordinary user makes a copy of root's lists in a cache of its own, and answers by that ever after; these are the
 * places of root, which it may read. Its log goes nowhere then, and it says so on standard error. dnf 4 takes no notice.
 * @see dnf5.conf(5) cachedir, logdir
 */
const PLACES = { XDG_CACHE_HOME: '/var/cache', XDG_STATE_HOME: '/var/log' };

/** By the lists that are there. */
export const askDnf = (words: readonly string[], okExitCodes: readonly number[] = [0]): PackageCommand => ({
  argv: ['dnf', '--cacheonly', ...words],
  env: PLACES,
  okExitCodes,
});
