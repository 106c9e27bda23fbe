import { z } from 'zod';
import { parseEdge } from '../lib/parse-edge.ts';
import type { ServiceSettings } from './render/server-unit.ts';

/** systemd gives blanks, quotes, `%`, `$` and `\` in a unit a meaning; no path needs them. */
const path = z
  .string()
  .regex(/^\/[A-Za-z0-9/._+@:=,-]+$/, 'must be an absolute path of letters, digits and /._+@:=,-')
  .refine((text) => !/^\/(?:dev|proc|sys|run)(?:\/|$)/.test(text), {
    error: ({ input }) => `${String(input)} is not a place for the files of a service; /srv is a good one`,
  });

const settingsSchema = z.strictObject({
  siteDir: path,
  stateDir: path,
  programDir: path,
  /** As useradd(8) takes it. */
  user: z
    .string()
    .regex(/^[a-z_][a-z0-9_-]{0,30}$/, 'must be a user name')
    .refine((name) => name !== 'root', 'root is what the service is to avoid'),
});

/** Checks what is written into units. @throws FaultsError (exit code 2) with every fault */
export function checkSettings(settings: ServiceSettings): ServiceSettings {
  return parseEdge(settingsSchema, settings, 'the settings of the service');
}
