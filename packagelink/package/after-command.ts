// What a package asks to be run after a change. In: `.packagelink.yaml`, manifests, the journal. Out: checked commands.
// Never: I/O.
import { z } from 'zod';
import type { Argv } from '../../lib/run-command.ts';
import { globSchema } from './glob.ts';

/** Where a run takes place: on a running system, in an installer's ramdisk with a target below it, in a chroot. */
export const PLACES = ['system', 'install', 'chroot'] as const;
export type RunPlace = (typeof PLACES)[number];

/** A command that is to be run. */
export type PlannedCommand = {
  readonly argv: Argv;
  readonly timeoutSeconds: number;
  readonly order: number;
  /** Those that ask for it, sorted. */
  readonly packages: readonly string[];
  /** What changed, as package paths, sorted. */
  readonly paths: readonly string[];
  readonly place: RunPlace;
  /** An earlier run failed at it, or was cut off before it. */
  readonly again: boolean;
  readonly why: string;
};

/** A command that a run still owes; what stands in the journal. */
export type PendingCommand = Omit<PlannedCommand, 'again' | 'why'>;

const DEFAULT_ORDER = 50;
const DEFAULT_TIMEOUT_SECONDS = 60;
const MAX_TIMEOUT_SECONDS = 24 * 60 * 60;
const SECONDS_OF = { s: 1, m: 60, h: 3600 } as const;

const argument = z
  .string({ error: 'an argument is text; put numbers in quotes' })
  .refine((text) => !text.includes('\0'), 'holds a NUL');

/** A program, by an absolute path or by a name that PATH finds, and its arguments. */
export const argvSchema = z
  .array(argument, {
    error: 'a list of a program and its arguments, such as [systemctl, restart, ssh]; no shell reads it',
  })
  .min(1)
  .refine(([program]) => program !== undefined && isProgram(program), {
    error: 'begins with a program: an absolute path, or a name without a slash',
    path: [0],
  })
  .transform((words) => words as readonly string[] as Argv);

const settings = {
  /** Globs of changed paths, of whatever package. */
  paths: z.array(globSchema).min(1),
  run: argvSchema,
};
const placeSchema = z.enum(PLACES);
const orderSchema = z.int().min(0).max(1000);

/** One entry of `after` in `.packagelink.yaml`. */
export const afterSettingSchema = z
  .strictObject({
    ...settings,
    timeout: z
      .string({ error: 'a number with its unit, such as 60s, 5m or 1h' })
      .regex(/^[1-9]\d{0,4}[smh]$/, 'not a time such as 60s, 5m or 1h')
      .transform(secondsOf)
      .refine((seconds) => seconds <= MAX_TIMEOUT_SECONDS, 'at most 24h')
      .default(DEFAULT_TIMEOUT_SECONDS),
    order: orderSchema.default(DEFAULT_ORDER),
    in: z.array(placeSchema).min(1).default(['system']),
  })
  .transform(({ timeout, ...rest }): AfterCommand => ({ ...rest, timeoutSeconds: timeout }));

/** The same as manifests carry it. */
export const afterCommandSchema = z.strictObject({
  ...settings,
  timeoutSeconds: z.int().min(1).max(MAX_TIMEOUT_SECONDS),
  /** Lower numbers run first. */
  order: orderSchema,
  in: z.array(placeSchema).min(1),
});

export type AfterCommand = z.infer<typeof afterCommandSchema>;

/** A package's commands, in the order of its file. */
export const commandSourceSchema = z.strictObject({ package: z.string(), commands: z.array(afterCommandSchema) });
export type CommandSource = z.infer<typeof commandSourceSchema>;

/** The commands that a package's manifest names. */
export function commandSource(manifest: {
  readonly name: string;
  readonly after?: readonly AfterCommand[];
}): CommandSource {
  return { package: manifest.name, commands: [...(manifest.after ?? [])] };
}

function isProgram(word: string): boolean {
  return word.startsWith('/') ? word.length > 1 : word !== '' && !word.includes('/');
}

function secondsOf(text: string): number {
  return Number(text.slice(0, -1)) * SECONDS_OF[text.slice(-1) as keyof typeof SECONDS_OF];
}
