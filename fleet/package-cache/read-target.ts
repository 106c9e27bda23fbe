// What a host asks for. In: the target of its request, the origins. Out: an origin and a path below it, or why not. Pure.
// A host is answered only from these origins, whatever it asks for.
import { tidyPath } from './tidy-path.ts';

export type Origin = {
  /** The first part of its path at the cache: `debian`. */
  readonly name: string;
  /** `https://deb.example/debian`, without a slash at the end. */
  readonly url: string;
};

export type Target = { readonly origin: Origin; readonly path: string };

/** For people, with the way out. */
export type NoTarget = { readonly status: 400 | 403 | 404; readonly message: string };

/**
 * Either `/debian/dists/…`, or what a proxy is asked: `http://deb.example/debian/dists/…`. The second is of the origin whose host
 * and path it begins with, which the cache may reach by https.
 */
export function readTarget(text: string, origins: readonly Origin[]): Target | NoTarget {
  if (text.includes('?') || text.includes('#')) return { status: 400, message: 'a path with a question is not cached' };
  const decoded = decode(text);
  if (decoded === undefined) return { status: 400, message: 'the path is not well formed' };
  const found = origins
    .map((origin) => ({ origin, rest: restBelow(decoded, origin) }))
    .filter(({ rest }) => rest !== undefined)
    .toSorted((a, b) => b.origin.url.length - a.origin.url.length)[0];
  if (found === undefined) return { status: 403, message: `no origin of this cache; it has ${listNames(origins)}` };
  const path = tidyPath(found.rest ?? '');
  if (path === undefined) return { status: 404, message: 'no file; the cache shows no directories' };
  return { origin: found.origin, path };
}

function restBelow(text: string, { name, url }: Origin): string | undefined {
  const bare = url.slice(url.indexOf('://') + 3);
  const prefix = [`/${name}/`, `http://${bare}/`].find((prefix) => text.startsWith(prefix));
  return prefix === undefined ? undefined : text.slice(prefix.length);
}

function decode(text: string): string | undefined {
  try {
    return decodeURIComponent(text);
  } catch {
    return undefined;
  }
}

const listNames = (origins: readonly Origin[]): string => origins.map(({ name }) => `/${name}/`).join(', ');

/** @throws Error that says how it is written */
export function parseOrigin(text: string): Origin {
  const [, name, address] = /^([a-z0-9][a-z0-9._-]{0,31})=(https?:\/\/[^\s?#@]+)$/.exec(text) ?? [];
  if (name === undefined || address === undefined || !URL.canParse(address)) {
    throw new Error('is not NAME=URL, such as debian=https://deb.example/debian');
  }
  return { name, url: new URL(address).href.replace(/\/+$/, '') };
}
