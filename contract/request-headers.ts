/** The headers of a request that mean something here, in the spelling of the docs. */
import { claimHeaders } from './claim-headers.ts';
import { rawHeaders } from './raw-headers.ts';

/** Those that count once: given twice, in whatever spelling of their names, they are refused. */
export const singleHeaders = [
  'Authorization',
  'Content-Type',
  ...(Object.keys(rawHeaders) as (keyof typeof rawHeaders)[]),
  ...(Object.keys(claimHeaders) as (keyof typeof claimHeaders)[]),
] as const;
export type SingleHeader = (typeof singleHeaders)[number];
