/** Outbound identity federation as IAM's API switches it on and off, and tells of it. */
import type { Call, Operation } from '../aws/operation.ts';
import { AwsError } from '../aws/wire/aws-error.ts';
import type { OutboundIssuer } from '../sts/outbound-issuer.ts';

export function outboundFederationOperations(
  issuer: OutboundIssuer,
): Readonly<Record<string, Operation>> {
  const allow = (operation: string, call: Call) =>
    call.authorize({ action: `iam:${operation}`, resource: '*' });
  /** An issuer is of one account, and switched by nobody of another. */
  const isOwn = ({ caller }: Call) => caller.accountId === issuer.accountId;
  const requireEnabled = (call: Call) => {
    if (!issuer.isEnabled || !isOwn(call)) {
      throw new AwsError('FeatureDisabled', 'Outbound identity federation is disabled.', 404);
    }
  };
  return {
    GetOutboundWebIdentityFederationInfo(_input, call) {
      allow('GetOutboundWebIdentityFederationInfo', call);
      requireEnabled(call);
      return { IssuerIdentifier: issuer.url, JwtVendingEnabled: true };
    },
    EnableOutboundWebIdentityFederation(_input, call) {
      allow('EnableOutboundWebIdentityFederation', call);
      if (!isOwn(call)) {
        throw new AwsError(
          'UnsupportedOperation',
          `The local stack has outbound identity federation in account ${issuer.accountId} only.`,
        );
      }
      if (issuer.isEnabled) {
        throw new AwsError('FeatureEnabled', 'Outbound identity federation is enabled.', 409);
      }
      issuer.isEnabled = true;
      return { IssuerIdentifier: issuer.url };
    },
    DisableOutboundWebIdentityFederation(_input, call) {
      allow('DisableOutboundWebIdentityFederation', call);
      requireEnabled(call);
      issuer.isEnabled = false;
      return {};
    },
  };
}
