import { Effect, PolicyStatement } from 'aws-cdk-lib/aws-iam';

/**
 * Lambda names the function in each call that its code makes, so the role asks STS for nothing for another function that
 * it was passed to, or for who else assumes it; nor does it sign there, where a key's policy lets it. A Deny, since a trust
 * policy that names a role lets it in whatever that role's own policy allows (STS, AssumeRole); here and not there, since
 * the key counts in identity policies only (Lambda Developer Guide, "Using source function ARN"). ArnNotEquals is true
 * where there is no function.
 */
export const onlyInItsFunction = (functionArn: string, actions: readonly string[] = ['sts:*']) =>
  new PolicyStatement({
    sid: 'OnlyInItsFunction',
    effect: Effect.DENY,
    actions: [...actions],
    resources: ['*'],
    conditions: { ArnNotEquals: { 'lambda:SourceFunctionArn': functionArn } },
  });
