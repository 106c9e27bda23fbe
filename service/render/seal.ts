// A first line that shows that a file was written here and not edited since. In: text. Out: text, or a verdict.
import { createHash } from 'node:crypto';

const FIRST = /^# Written by `gutinteg service install`; its own text has the SHA-256 ([0-9a-f]{64})\.\n/;

/** The text with the line above it. */
export function seal(text: string): string {
  return `# Written by \`gutinteg service install\`; its own text has the SHA-256 ${digest(text)}.\n${text}`;
}

/** Whether a text was sealed and is as it was then. */
export function isUntouched(sealed: string): boolean {
  const match = FIRST.exec(sealed);
  return match !== null && digest(sealed.slice(match[0].length)) === match[1];
}

function digest(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}
