/** An app of somebody else's, with the construct in it: cdk.json has `node app.js`. */
import { TenantKeys, type TenantKeysProps } from '@tenant-keys/cdk/construct';
import { App, CfnOutput, Stack, Validations } from 'aws-cdk-lib';
import { Key } from 'aws-cdk-lib/aws-kms';
import { EmailSubscription } from 'aws-cdk-lib/aws-sns-subscriptions';
import { AwsSolutionsChecks, NIST80053R5Checks } from 'cdk-nag';

const props: TenantKeysProps = {
  issuer: 'https://id.example.com',
  audience: 'tenant-keys',
  rotationPeriodInDays: 365,
  corsOrigins: ['https://app.example.com'],
  tenants: [{ tenantId: 'acme', displayName: 'Acme' }],
};

// With keys of its own in its context, and no feature flags.
const app = new App({
  analyticsReporting: false,
  context: { stage: 'production', team: 'billing' },
});
const stack = new Stack(app, 'Billing', {
  env: { account: '111122223333', region: 'eu-central-1' },
});
const keys = new TenantKeys(stack, 'TenantKeys', props);
keys.alarmTopic.addSubscription(new EmailSubscription('oncall@example.com'));
new CfnOutput(stack, 'Url', { value: keys.url });
if (process.env.CARELESS) new Key(stack, 'Unrotated');
Validations.of(app).addPlugins(new AwsSolutionsChecks(app), new NIST80053R5Checks(app));
app.synth();
