/**
 * The product's own issuer in the configuration: for key stores that take its tokens, and made with the first of them.
 * Invariant: one issuer for all of them, so that each of its keys is published once.
 */
import { z } from 'zod';
import { isSafeUrl } from '../../contract/issuers.ts';
import { wholeNumber } from './values.ts';

const texts = {
  url: 'must be an https URL without a query, a fragment or a slash at its end, at most 600 characters (http for this machine only)',
};

/** A federated credential of Azure takes 600 characters, and who checks a token compares them as they are written. */
const isIssuer = (url: string): boolean =>
  url.length <= 600 && isSafeUrl(url) && !/[?#]|\/$/.test(url) && new URL(url).href === url;

export const ownIssuer = z.strictObject({
  /** where its documents are, if a store cannot reach the API */
  url: z.string(texts.url).refine(isIssuer, texts.url).optional(),
  /** which of its keys signs; the next one is made and published with it */
  key: wholeNumber('keys', 1, 999).default(1),
});
