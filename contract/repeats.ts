/**
 * What the same request does when it comes again, after an answer that was lost or that said when to come again.
 * Invariant: each operation may be repeated. API Gateway says so to clients of any route (429, 503, 504 with
 * Retry-After), also where the function has done its work and its answer was lost; so there is no word here for an
 * operation that spends again what cannot be had back.
 */
import type { Operation } from './routes.ts';

/**
 * `reads`: changes nothing. `same`: leads to the same state; what has been done is not done again. `anew`: a new result
 * beside the first, by other calls to KMS; no state is kept of either.
 */
export type Repeat = 'reads' | 'same' | 'anew';

export const repeats: Readonly<Record<Operation, Repeat>> = {
  onboard: 'same',
  read: 'reads',
  update: 'same',
  list: 'reads',
  externalAccount: 'reads',
  offboard: 'same',
  suspend: 'same',
  resume: 'same',
  restore: 'same',
  setRotation: 'same',
  listRotations: 'reads',
  rotate: 'same',
  changeKeyStore: 'same',
  endPreviousKey: 'same',
  restorePreviousKey: 'same',
  listKeyStores: 'reads',
  erasureCertificate: 'anew',
  certificateKey: 'reads',
  encrypt: 'anew',
  decrypt: 'anew',
  reencrypt: 'anew',
  encryptBatch: 'anew',
  decryptBatch: 'anew',
  reencryptBatch: 'anew',
  inspect: 'reads',
  generateDataKey: 'anew',
  decryptDataKey: 'anew',
  mac: 'same',
  macBatch: 'same',
  setMacVersions: 'same',
  rewrapMacKeys: 'same',
  listEvents: 'reads',
  listAllEvents: 'reads',
};
