/** Isolation as a list of claims, each tried over the AWS endpoint with real requests. */
import { administrator } from './cases/administrator.ts';
import { allEvents } from './cases/all-events.ts';
import { anotherStack } from './cases/another-stack.ts';
import { audit } from './cases/audit.ts';
import { canary } from './cases/canary.ts';
import type { Case } from './cases/case.ts';
import { certificates } from './cases/certificates.ts';
import { declaredTenants } from './cases/declared-tenants.ts';
import { decryptAnomalies } from './cases/decrypt-anomalies.ts';
import { functions } from './cases/functions.ts';
import { lifecycleRoles } from './cases/lifecycle-roles.ts';
import { macKeys } from './cases/mac-keys.ts';
import { neighbour } from './cases/neighbour.ts';
import { ownSession } from './cases/own-session.ts';
import { controlPlane, dataPlane } from './cases/planes.ts';
import { productKeys } from './cases/product-keys.ts';
import { reconciler } from './cases/reconciler.ts';
import { rows } from './cases/rows.ts';
import { scopes } from './cases/scopes.ts';
import { sessionBroker } from './cases/session-broker.ts';
import { sessions, untagged } from './cases/sessions.ts';

export const cases: readonly Case[] = [
  ...neighbour,
  ...ownSession,
  ...anotherStack,
  ...rows,
  ...macKeys,
  ...untagged,
  ...administrator,
  ...sessions,
  ...sessionBroker,
  ...dataPlane,
  ...controlPlane,
  ...reconciler,
  ...certificates,
  ...productKeys,
  ...declaredTenants,
  ...scopes,
  ...lifecycleRoles,
  ...audit,
  ...allEvents,
  ...decryptAnomalies,
  ...canary,
  ...functions,
];
