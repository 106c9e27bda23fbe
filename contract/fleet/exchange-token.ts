// What one exchange is known by. In: nothing. Out: zod schemas. Never: I/O; what a token is worth (fleet/exchange/).
import { z } from 'zod';

/**
 * The right to the next exchange: a number, and the server's proof that it gave it to this host. Each is good once.
 * Two machines with one identity use one up between them, and are found out.
 */
export const exchangeTokenSchema = z.string().regex(/^\d{1,15}\.[\w-]{22}$/, 'is no exchange token');

/** Made by the host for one exchange, and kept until the answer has come: a repeated request shows the same one. */
export const exchangeNonceSchema = z.string().regex(/^[\w-]{11}$/, 'is no nonce');
