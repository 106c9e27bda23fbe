// What a machine that was installed by hand asks before it has a token: the site's public keys, and a token of its own.
import express from 'express';
import type { Express } from 'express';
import { adoptionRequestSchema } from '../../contract/adoption.ts';
import { routes } from '../../contract/routes.ts';
import { parseMac } from '../../lib/mac.ts';
import { parseEdge } from '../../lib/parse-edge.ts';
import type { Adoptions } from '../adoptions.ts';
import { bearerToken } from './authenticate.ts';
import { HttpError } from './http-errors.ts';

const WRONG = 'this one-time token is unknown, used or too old; gutinteg claim HOST, on the server, makes a new one';

export function addAdoptionRoutes(
  app: Express,
  { adoptions, publicKeys }: { adoptions: Adoptions; publicKeys: readonly string[] },
): void {
  app.get(routes.siteKeys, (_request, response) => {
    response.set('Cache-Control', 'no-store').json({ keys: publicKeys });
  });
  app.post(
    routes.adoptions,
    (request, _response, next) => {
      if (!adoptions.isGood(bearerToken(request) ?? '')) throw new HttpError(401, WRONG);
      next();
    },
    express.json({ limit: '64kb' }),
    (request, response) => {
      const { macs, hostname } = parseEdge(adoptionRequestSchema, request.body, 'an adoption');
      const known = macs.map(parseMac).filter((mac) => mac !== undefined);
      const address = request.socket.remoteAddress ?? 'nowhere';
      const adopted = adoptions.exchange(bearerToken(request) ?? '', { macs: known, hostname, address });
      if (adopted === undefined) throw new HttpError(401, WRONG);
      response.set('Cache-Control', 'no-store').json(adopted);
    },
  );
}
