// Sends what machines obey. In: an answer as text, the site's private key. Out: its bytes, signed for who asked. Never:
// refuses who sends no nonce: agents of before, and people with curl.
import type { KeyObject } from 'node:crypto';
import type { Request, Response } from 'express';
import { isNonce, signAnswer, signatureHeaders } from '../../contract/signed-answer.ts';
import { bearerToken } from './authenticate.ts';

type Exchange = { readonly request: Request<Record<string, string>>; readonly response: Response };

/** Ends an exchange with this text, which no cache keeps. */
export type SendSigned = (exchange: Exchange, text: string, type?: string) => void;

/** @param privateKey the site's, which also signs manifests */
export function createSendSigned(privateKey: KeyObject): SendSigned {
  return ({ request, response }, text, type = 'application/json') => {
    // The very bytes that are sent: what the client checks before it parses anything.
    const body = Buffer.from(text);
    const nonce = request.get(signatureHeaders.nonce);
    if (isNonce(nonce)) {
      const answer = { nonce, path: request.path, token: bearerToken(request), body };
      response.set(signatureHeaders.signature, signAnswer(answer, privateKey));
    }
    response.type(type).set('Cache-Control', 'no-store').send(body);
  };
}
