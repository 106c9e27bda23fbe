// The suffix of files that are templates. In: text of settings, manifests and command lines. Out: checked. Never: I/O.
import { z } from 'zod';

/** Files with this suffix are preprocessed and installed without it, unless their package says another. */
export const TEMPLATE_SUFFIX = '.plprocess';

/** `.in`, `.tmpl`, `.in.txt`. */
export const templateSuffixSchema = z
  .string({ error: 'a suffix is text, such as .in' })
  .max(100, 'longer than 100 characters')
  .superRefine((text, context) => {
    const message = faultOf(text);
    if (message !== undefined) context.addIssue({ code: 'custom', message });
  });

function faultOf(text: string): string | undefined {
  if (text === '') return 'empty; every file would be a template';
  if (text.includes('/')) return `'${text}' has a slash; a suffix is the end of a name, such as .in`;
  // oxlint-disable-next-line no-control-regex -- they are what is refused
  if (/[\0-\x1f\x7f]/.test(text)) return 'has a control character';
  if (!text.startsWith('.')) return `'${text}' does not begin with a dot; did you mean .${text}?`;
  return /^\.[^.]/.test(text) ? undefined : `'${text}' has no letters after the dot; a suffix is like .in`;
}
