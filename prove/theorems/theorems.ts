import { administeredKeys } from './administered-keys.ts';
import { administration } from './administration.ts';
import { administrators } from './administrators.ts';
import { allEvents } from './all-events.ts';
import { anotherStack } from './another-stack.ts';
import { events } from './events.ts';
import { keyPolicies } from './key-policies.ts';
import { keyStores } from './key-stores.ts';
import { auditWriters, certificateKey, productKey } from './office.ts';
import { permissions } from './permissions.ts';
import { prohibitions } from './prohibitions.ts';
import { reach } from './reach.ts';
import { productKeyServices } from './services.ts';
import { sessions } from './sessions.ts';
import type { Theorem } from './theorem.ts';
import { use } from './use.ts';

export const theorems: readonly Theorem[] = [
  use,
  anotherStack,
  reach,
  allEvents,
  administration,
  prohibitions,
  keyPolicies,
  administeredKeys,
  sessions,
  keyStores,
  permissions,
  certificateKey,
  productKey,
  auditWriters,
  productKeyServices,
  events,
  ...administrators,
];
