import { administration } from './administration.ts';
import { administrators } from './administrators.ts';
import { auditWriters, certificateKey, productKey } from './office.ts';
import { reach } from './reach.ts';
import { sessions } from './sessions.ts';
import type { Theorem } from './theorem.ts';
import { use } from './use.ts';

export const theorems: readonly Theorem[] = [
  use,
  reach,
  administration,
  sessions,
  certificateKey,
  productKey,
  auditWriters,
  ...administrators,
];
