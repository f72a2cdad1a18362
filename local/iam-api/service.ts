/**
 * IAM's API: it reads roles, changes those that no template declares, and switches outbound identity federation. What
 * roles may do is decided in `local/iam`.
 */
import type { Service } from '../aws/operation.ts';
import type { OutboundIssuer } from '../sts/outbound-issuer.ts';
import type { IamAccount } from './account.ts';
import { outboundFederationOperations } from './outbound-federation.ts';
import { roleChanges } from './role-changes.ts';
import { roleOperations } from './roles.ts';

/** @param issuer of one of the accounts */
export const iam = (accounts: readonly IamAccount[], issuer: OutboundIssuer): Service => ({
  name: 'iam',
  operations: {
    ...roleOperations(accounts),
    ...roleChanges(accounts),
    ...outboundFederationOperations(issuer),
  },
});
