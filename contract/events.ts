// What an installer tells the server while it works. In: what was posted. Out: events, also of machines of another version.
// Never: I/O.
import { z } from 'zod';
import { parseEdge } from '../lib/parse-edge.ts';

const step = z.string().max(80);

/** One line of an installation's timeline. Sizes in bytes, durations in seconds. */
const eventSchema = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('step-started'), step, why: z.string().max(500) }),
  z.object({
    kind: z.literal('step-progress'),
    step,
    doneBytes: z.int().nonnegative(),
    totalBytes: z.int().nonnegative(),
  }),
  z.object({ kind: z.literal('step-finished'), step, seconds: z.number().nonnegative() }),
  z.object({ kind: z.literal('message'), text: z.string().max(2000) }),
  /** `diskChanged`: whether anything was written to a disk; `retry`: whether the next netboot may try again. */
  z.object({
    kind: z.literal('failed'),
    step: step.optional(),
    message: z.string().max(8000),
    diskChanged: z.boolean(),
    retry: z.boolean(),
  }),
  /** Everything is on the disk; the machine is about to boot from it. */
  z.object({ kind: z.literal('rebooting') }),
]);

/** Raised when a kind or a field is added. Kinds and fields that exist keep their meaning: servers may be older. */
export const EVENTS_VERSION = 1;

export type InstallEvent = z.infer<typeof eventSchema>;

/** An event of a kind that a newer machine knows; `text` is all that it said, as JSON. */
export type UnknownEvent = { readonly kind: 'unknown'; readonly name: string; readonly text: string };

const KINDS: ReadonlySet<string> = new Set(eventSchema.options.map(({ shape }) => shape.kind.value));

/** Whatever else it says is kept as JSON; who writes it down cuts it. */
const unknownEventSchema = z
  .looseObject({ kind: z.string().min(1).max(80) })
  .transform(({ kind, ...fields }): UnknownEvent => ({ kind: 'unknown', name: kind, text: JSON.stringify(fields) }));

/** Machines of the version before say none. */
const postedSchema = z.object({
  version: z.int().positive().default(EVENTS_VERSION),
  events: z.array(z.unknown()).max(1000),
});

/** What a machine posts. */
export type PostedEvents = { readonly version: number; readonly events: readonly InstallEvent[] };

/**
 * The events that were posted, in their order. Fields that are not known are ignored. A kind that is not known is kept as
 * text when the machine is newer, and is a fault otherwise. @throws FaultsError
 */
export function parseEvents(posted: unknown, what: string): (InstallEvent | UnknownEvent)[] {
  const { version, events } = parseEdge(postedSchema, posted, what);
  return events.map((event, index) => {
    const schema = version > EVENTS_VERSION && isOfUnknownKind(event) ? unknownEventSchema : eventSchema;
    return parseEdge(schema, event, `${what}: event ${index}`);
  });
}

function isOfUnknownKind(event: unknown): boolean {
  return typeof event === 'object' && event !== null && 'kind' in event && !KINDS.has(String(event.kind));
}
