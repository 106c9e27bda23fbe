import { firstOf, parseIp, parseWithPrefix } from './interface-address.ts';
import type { Route } from './network.ts';

const HIGHEST_METRIC = 2 ** 32 - 1;
const FORM = 'a route is `10.1.0.0/16 via 10.0.0.1`, with `metric 100` or `onlink` behind it, or `10.1.0.0/16 direct`';

/**
 * The words of ROUTES: `10.1.0.0/16 via 10.0.0.1 metric 100 default via 10.0.0.254 10.2.0.0/16 direct`. A route ends
 * where the next destination begins.
 */
export function parseRoutes(words: readonly string[]): {
  routes: Route[];
  problems: { readonly word: string; readonly message: string }[];
} {
  const routes: Route[] = [];
  const problems: { word: string; message: string }[] = [];
  for (const [destination = '', ...rest] of splitRoutes(words)) {
    const route = parseRoute(destination, rest);
    if (typeof route === 'string') problems.push({ word: destination, message: route });
    else routes.push(route);
  }
  return { routes, problems };
}

function splitRoutes(words: readonly string[]): string[][] {
  const routes: string[][] = [];
  for (const word of words) {
    const isDestination = word === 'default' || word.includes('/');
    const last = routes.at(-1);
    if (isDestination || last === undefined) routes.push([word]);
    else last.push(word);
  }
  return routes;
}

function parseRoute(destination: string, rest: readonly string[]): Route | string {
  const network = destination === 'default' ? undefined : parseWithPrefix(destination);
  if (destination !== 'default' && network === undefined) {
    return `'${destination}' is not a network with its prefix, such as 10.1.0.0/16; ${FORM}`;
  }
  if (network !== undefined && firstOf(network) !== network.address) {
    return `${destination} is not the first address of a network; ${firstOf(network)}/${network.prefixBits} is`;
  }
  const words = parseWords(rest);
  if (typeof words === 'string') return `${destination}: ${words}; ${FORM}`;
  const gateway = words.via === undefined ? undefined : parseIp(words.via);
  if (words.via !== undefined && gateway === undefined) return `'${words.via}' is not the address of a router`;
  // Words that were there already are not added by `+=`: a route that was is told from one whose `via` was lost.
  if (gateway === undefined && !words.isDirect) return `${destination} has no \`via\`; ${FORM}`;
  if (gateway !== undefined && words.isDirect) return `${destination} is both \`via\` a router and \`direct\``;
  const family = network?.family ?? gateway?.family ?? 4;
  if (gateway !== undefined && gateway.family !== family) {
    return `${destination} is of IPv${family}, but ${gateway.address} is not`;
  }
  return {
    family,
    destination:
      network === undefined || network.prefixBits === 0 ? 'default' : `${network.address}/${network.prefixBits}`,
    ...(gateway === undefined ? {} : { gateway: gateway.address }),
    ...(words.metric === undefined ? {} : { metric: words.metric }),
    isOnLink: words.isOnLink,
  };
}

type Words = { via?: string; metric?: number; isOnLink: boolean; isDirect: boolean };

function parseWords(rest: readonly string[]): Words | string {
  const found: Words = { isOnLink: false, isDirect: false };
  for (let at = 0; at < rest.length; at += 1) {
    const [word = '', next] = [rest[at], rest[at + 1]];
    if (word === 'onlink') found.isOnLink = true;
    else if (word === 'direct') found.isDirect = true;
    else if ((word === 'via' || word === 'metric') && next !== undefined) {
      if (word === 'via') found.via = next;
      else {
        found.metric = Number(next);
        if (!/^\d{1,10}$/.test(next) || found.metric > HIGHEST_METRIC) return `'${next}' is not a metric`;
      }
      at += 1;
    } else return `'${word}' is not expected here`;
  }
  return found;
}
