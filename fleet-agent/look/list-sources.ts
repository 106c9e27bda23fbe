// The files that say where packages come from, for the server. In: patterns of files. Out: their texts, without passwords. Never: reads
// a file that has a password for itself alone (apt's auth.conf), or more of them than an answer takes.
import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { MAX_SOURCE_TEXT, MAX_SOURCES } from '../../contract/fleet/tasks.ts';
import type { SourceFile } from '../../contract/fleet/tasks.ts';
import { whenRefused } from '../../lib/when-missing.ts';
import { maskUrls } from '../../package-systems/source-text.ts';

const SECRET_OPTION = /^([ \t]*(?:proxy_)?(?:password|username)[ \t]*=).*$/gim;

/** @param root `/` unless given */
export function listSources(patterns: readonly string[], root = '/'): SourceFile[] {
  const files = patterns.flatMap((pattern) => globSync(join(root, pattern)).sort());
  return files.slice(0, MAX_SOURCES).flatMap((path) => {
    const text = readText(path);
    const file = root === '/' ? path : path.slice(root.length);
    return text === undefined ? [] : [{ file, text: hideSecrets(text).slice(0, MAX_SOURCE_TEXT) }];
  });
}

const hideSecrets = (text: string): string => maskUrls(text).replaceAll(SECRET_OPTION, '$1***');

function readText(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    return whenRefused(undefined)(error);
  }
}
