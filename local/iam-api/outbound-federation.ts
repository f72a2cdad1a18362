/** Outbound identity federation as IAM's API switches it on and off, and tells of it. */
import type { Call, Operation } from '../aws/operation.ts';
import { AwsError } from '../aws/wire/aws-error.ts';
import type { OutboundIssuer } from '../sts/outbound-issuer.ts';

export function outboundFederationOperations(
  issuer: OutboundIssuer,
): Readonly<Record<string, Operation>> {
  const allow = (operation: string, call: Call) =>
    call.authorize({ action: `iam:${operation}`, resource: '*' });
  const requireEnabled = () => {
    if (!issuer.isEnabled) {
      throw new AwsError('FeatureDisabled', 'Outbound identity federation is disabled.', 404);
    }
  };
  return {
    GetOutboundWebIdentityFederationInfo(_input, call) {
      allow('GetOutboundWebIdentityFederationInfo', call);
      requireEnabled();
      return { IssuerIdentifier: issuer.url, JwtVendingEnabled: true };
    },
    EnableOutboundWebIdentityFederation(_input, call) {
      allow('EnableOutboundWebIdentityFederation', call);
      if (issuer.isEnabled) {
        throw new AwsError('FeatureEnabled', 'Outbound identity federation is enabled.', 409);
      }
      issuer.isEnabled = true;
      return { IssuerIdentifier: issuer.url };
    },
    DisableOutboundWebIdentityFederation(_input, call) {
      allow('DisableOutboundWebIdentityFederation', call);
      requireEnabled();
      issuer.isEnabled = false;
      return {};
    },
  };
}
