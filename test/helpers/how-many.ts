/** Set to anything, tests that try seeded cases try all of them; `npm run test:long` sets it. */
const isLong = (process.env['GUTINTEG_LONG_TESTS'] ?? '') !== '';

/** How many cases a test tries: a few in `npm test`, and `all` in `npm run test:long`. The first few are the same. */
export function howMany({ few, all }: { readonly few: number; readonly all: number }): number {
  return isLong ? all : few;
}
