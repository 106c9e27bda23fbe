// The preprocessor of templates. In: bytes and defines. Out: bytes. Never: text decoding, a second pass, I/O.
import { UserError } from '../../lib/errors.ts';
import type { TemplateVariables } from './manifest.ts';
import { isPackagePath } from './package-path.ts';
import { TEMPLATE_SUFFIX } from './template-suffix.ts';

const VARIABLE = /##([A-Za-z_][A-Za-z0-9_]*)##/g;

export type Defines = Readonly<Record<string, string>>;

/** The path that a source file is installed as: without the suffix of its package's templates. */
export function pathOnTarget(path: string, suffix: string = TEMPLATE_SUFFIX): string {
  if (!path.endsWith(suffix)) return path;
  const rest = path.slice(0, -suffix.length);
  // Without the suffix, `...plprocess` would be the directory above.
  return isPackagePath(rest) ? rest : path;
}

/**
 * The variables that a template names. `leading` ones stand at the very start of a line and may be undefined;
 * `inline` ones must be defined. A name that is used both ways is in both lists.
 */
export function findTemplateVariables(bytes: Uint8Array): TemplateVariables {
  const text = asLatin1(bytes);
  const inline = new Set<string>();
  const leading = new Set<string>();
  for (const match of text.matchAll(VARIABLE)) {
    (isLineStart(text, match.index) ? leading : inline).add(match[1] ?? '');
  }
  return { inline: [...inline].toSorted(), leading: [...leading].toSorted() };
}

/** One `##VAR##` of a template. `line` counts from 1. */
export type TemplateUse = { readonly variable: string; readonly line: number; readonly leading: boolean };

/** Every `##VAR##` of a template, in the order of the text. */
export function listTemplateUses(bytes: Uint8Array): TemplateUse[] {
  return asLatin1(bytes)
    .split('\n')
    .flatMap((text, index) =>
      [...text.matchAll(VARIABLE)].map((match) => {
        return { variable: match[1] ?? '', line: index + 1, leading: match.index === 0 };
      }),
    );
}

/**
 * Replaces each `##VAR##` by its value, in one pass: `##` in a value is not looked at again. One that starts a
 * line and is undefined stays, as the comment of the configuration file that it is.
 * @throws UserError when a variable inside a line is undefined, or the bytes or a value hold a NUL.
 */
export function preprocess(bytes: Uint8Array, defines: Defines, what: string): Uint8Array {
  if (bytes.includes(0))
    throw new UserError(`preprocessing ${what}: it holds a NUL byte, so it is not text`, { exitCode: 2 });
  // Latin-1 maps each byte to one character and back, so that bytes that are not UTF-8 pass unchanged.
  const text = asLatin1(bytes);
  const replaced = text.replaceAll(VARIABLE, (whole, name: string, index: number) => {
    if (Object.hasOwn(defines, name)) return valueOf(defines[name] ?? '', name, what);
    if (isLineStart(text, index)) return whole;
    throw new UserError(`preprocessing ${what}: ##${name}## is not defined`, { exitCode: 2 });
  });
  return Buffer.from(replaced, 'latin1');
}

function valueOf(value: string, name: string, what: string): string {
  if (value.includes('\0'))
    throw new UserError(`preprocessing ${what}: the value of ${name} holds a NUL`, { exitCode: 2 });
  return Buffer.from(value, 'utf8').toString('latin1');
}

function isLineStart(text: string, index: number): boolean {
  return index === 0 || text[index - 1] === '\n';
}

function asLatin1(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('latin1');
}
