/** A mistake of a caller's, with its answer. */
import type { Send } from '../client.ts';

/** What no answer may repeat. */
export const canary = 'CANARY';

export interface Mistake {
  /** by its name above; none: no token */
  readonly as?: string;
  readonly send: string;
  readonly body?: Send['body'];
  readonly headers?: Send['headers'];
  /** of a header, where it is there that the remedy stands */
  readonly header?: readonly [name: string, value: string];
}

export type Row = readonly [
  mistake: string,
  request: Mistake,
  status: number,
  code: string,
  remedy: RegExp,
];

export const encrypt = 'POST /tenants/acme/encrypt';
export const data = { plaintext: 'eA==' };
