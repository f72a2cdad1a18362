const opens =
  /^(TenantRole|AuditReaderRole|AllEventsReaderRole|CanaryRole|SessionBrokerRole|DataPlaneRole|AuditRole)/;

/** The template with every lock off that the canary tries: whatever it asks for, it gets. */
import { everything } from '../../harness/account.ts';
import type { TemplateDocument } from '../../isolation/harness.ts';

export function opened(template: TemplateDocument): TemplateDocument {
  const changed = structuredClone(template);
  for (const [id, { Type, Properties }] of Object.entries(changed.Resources)) {
    if (Type === 'AWS::KMS::Key' && id.startsWith('CanaryKeys')) {
      Properties.KeyPolicy.Statement = [{ ...everything, Principal: '*' }];
    }
    if (Type === 'AWS::IAM::Policy' && id.startsWith('SessionBrokerRole')) {
      Properties.PolicyDocument.Statement = [everything];
    }
    if (Type !== 'AWS::IAM::Role' || !opens.test(id)) continue;
    Properties.Policies = [
      { PolicyName: 'Open', PolicyDocument: { Version: '2012-10-17', Statement: [everything] } },
    ];
    if (id.startsWith('CanaryRole')) continue;
    Properties.AssumeRolePolicyDocument.Statement = [
      {
        Sid: 'Everybody',
        Effect: 'Allow',
        Principal: '*',
        Action: ['sts:AssumeRole', 'sts:TagSession'],
      },
    ];
  }
  return changed;
}
