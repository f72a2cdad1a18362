/**
 * IAM's API, as far as it reads the roles of the stack and switches outbound identity federation. What they may do is
 * decided in `local/iam`.
 */
import type { Service } from '../aws/operation.ts';
import type { OutboundIssuer } from '../sts/outbound-issuer.ts';
import { outboundFederationOperations } from './outbound-federation.ts';
import { type IamOptions, roleOperations } from './roles.ts';

export const iam = (options: IamOptions & { readonly issuer: OutboundIssuer }): Service => ({
  name: 'iam',
  operations: { ...roleOperations(options), ...outboundFederationOperations(options.issuer) },
});
