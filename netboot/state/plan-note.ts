// What a timeline takes of what a network says. In: a note, what the timeline holds. Out: the note cut to size, and
// whether there is room. Pure.
import { createHash } from 'node:crypto';
import { cutText } from '../../lib/cut-text.ts';

export type TimelineNote = {
  readonly source: 'dhcp' | 'tftp' | 'http' | 'installer' | 'server' | 'system';
  /** The same for repetitions, which raise the line's count and take the newest text. */
  readonly key: string;
  readonly text: string;
};

/** Who may fill which part of a timeline. */
export type Share = 'dhcp' | 'anonymous' | 'machine';
export type Holding = { readonly lines: number; readonly bytes: number };

const MAX_KEY_BYTES = 100;
/** What anybody on the network can make us write is short; what has a token may say why it failed. */
const MAX_TEXT_BYTES: Readonly<Record<Share, number>> = { dhcp: 200, anonymous: 200, machine: 8192 };
/** The shares of one timeline: 2,000 lines and 512 KiB in all. Lines that are there are never given up for new ones. */
const MOST: Readonly<Record<Share, Holding>> = {
  dhcp: { lines: 400, bytes: 64 * 1024 },
  anonymous: { lines: 400, bytes: 64 * 1024 },
  machine: { lines: 1200, bytes: 384 * 1024 },
};
/** The row, its index and its other columns. */
const ROW_BYTES = 100;

export function shareOf(source: TimelineNote['source']): Share {
  if (source === 'dhcp') return 'dhcp';
  return source === 'tftp' || source === 'http' ? 'anonymous' : 'machine';
}

/** The note with a text and a key that are short, and without characters that could steer a terminal. */
export function cutNote(note: TimelineNote): TimelineNote {
  const most = MAX_TEXT_BYTES[shareOf(note.source)];
  return { source: note.source, key: shortKey(note.key), text: cutText(note.text, most) };
}

/** Different keys stay different. */
function shortKey(key: string): string {
  if (Buffer.byteLength(key) <= MAX_KEY_BYTES) return key;
  return createHash('sha256').update(key).digest('base64url');
}

export const noteBytes = ({ key, text }: TimelineNote): number =>
  ROW_BYTES + Buffer.byteLength(key) + Buffer.byteLength(text);

/** Whether one more line fits the share of its source. */
export function hasRoom(share: Share, held: Holding, bytes: number): boolean {
  return held.lines < MOST[share].lines && held.bytes + bytes <= MOST[share].bytes;
}
