/** What others do to tenants' keys, and to keys of their own. */
import { DynamoDBDocumentClient, PutCommand } from '@aws-sdk/lib-dynamodb';
import type { Day } from './day.ts';
import { uses } from './expected-alarms.ts';

export async function manualKeyChanges(day: Day): Promise<void> {
  const { kms } = day.stack.administrator;
  const keyOf = async (tenantId: string) =>
    (await day.control.get(`/tenants/${tenantId}`)).json.keyArn as string;
  const KeyId = await keyOf('acme');
  const { Policy: product } = await kms.getKeyPolicy({ KeyId });
  const Plaintext = Buffer.from('x');
  const own = { TenantId: 'acme' };
  const tried = (action: Promise<unknown>) =>
    action.then(
      () => Promise.reject(new Error('it was not refused')),
      () => undefined,
    );

  await day.during('another team works with a key of its own, and changes it', async () => {
    const { KeyMetadata } = await kms.createKey({});
    const theirs = { KeyId: KeyMetadata?.KeyId };
    await kms.encrypt({ ...theirs, Plaintext });
    await kms.tagResource({ ...theirs, Tags: [{ TagKey: 'a', TagValue: 'b' }] });
    await kms.disableKey(theirs);
    await kms.scheduleKeyDeletion({ ...theirs, PendingWindowInDays: 7 });
  });
  await day.during('an administrator looks at a key', () => kms.describeKey({ KeyId }));
  const use = { KeyId, Plaintext, EncryptionContext: own };
  await day.during("an administrator tries to decrypt with a tenant's key", () =>
    tried(kms.encrypt(use)),
  );
  const acme = day.kmsAs('TenantRole', 'acme', { TenantId: 'acme' });
  const globex = day.kmsAs('TenantRole', 'globex', { TenantId: 'globex' });
  const controlPlane = day.kmsAs('ControlPlaneRole', 'tenants');
  await day.during("another tenant's session tries the key", () => tried(globex.encrypt(use)));
  await day.during("the tenant's own session tries to change the key's policy", () =>
    tried(acme.putKeyPolicy({ KeyId, Policy: product })),
  );
  await day.during(
    "the tenant's own session is refused, as while a new key's tags do not count yet",
    async () => {
      await tried(acme.generateDataKey({ KeyId, KeySpec: 'AES_256' }));
      await tried(acme.encrypt({ KeyId, Plaintext }));
    },
  );
  await day.during('the control plane tries to encrypt', () => tried(controlPlane.encrypt(use)));

  await day.during('an administrator switches rotation off', () =>
    kms.disableKeyRotation({ KeyId }),
  );
  await day.during('the reconciler repairs rotation', () => day.stack.run('reconciler'));
  const careless = JSON.stringify({
    Version: '2012-10-17',
    Statement: [{ Effect: 'Allow', Principal: { AWS: '*' }, Action: 'kms:*', Resource: '*' }],
  });
  await day.during('an administrator changes a key policy', () =>
    kms.putKeyPolicy({ KeyId, Policy: careless }),
  );
  await day.during('an administrator encrypts under a careless key policy', () => kms.encrypt(use));
  const Tags = [{ TagKey: 'TenantId', TagValue: 'globex' }];
  await day.during('an administrator changes a tag', () => kms.tagResource({ KeyId, Tags }));
  await day.during("another tenant's session uses the key", () =>
    globex.encrypt({ KeyId, Plaintext, EncryptionContext: { TenantId: 'globex' } }),
  );
  await kms.tagResource({ KeyId, Tags: [{ TagKey: 'TenantId', TagValue: 'acme' }] });
  await day.during("the reconciler repairs a key's policy", () => day.stack.run('reconciler'));
  await day.during('an administrator disables a key', () => kms.disableKey({ KeyId }));
  await day.during('an administrator enables a key', () => kms.enableKey({ KeyId }));
  const PendingWindowInDays = 30;
  await day.during('an administrator schedules a deletion', () =>
    kms.scheduleKeyDeletion({ KeyId, PendingWindowInDays }),
  );
  await day.during('an administrator cancels a deletion', () => kms.cancelKeyDeletion({ KeyId }));
  await day.during('an administrator takes a tag away', () =>
    kms.untagResource({ KeyId, TagKeys: ['ManagedBy'] }),
  );
  await twoOwners(day);
  await notPlayed(day, KeyId, await keyOf('declared'));
}

async function twoOwners(day: Day): Promise<void> {
  const { kms, dynamodb } = day.stack.administrator;
  const { KeyMetadata } = await kms.createKey({});
  const keyArn = KeyMetadata?.Arn as string;
  const table = DynamoDBDocumentClient.from(dynamodb);
  for (const tenantId of ['planted-1', 'planted-2']) {
    const Item = { tenantId, keyArn, status: 'ERASED' };
    await table.send(new PutCommand({ TableName: day.stack.tableName, Item }));
  }
  await day.during('two rows name one key, and it is looked at', () =>
    kms.describeKey({ KeyId: keyArn }),
  );
}

/** Calls of KMS that nobody makes in the local stack. */
async function notPlayed(day: Day, key: string, declaredKey: string): Promise<void> {
  const kms = { service: 'kms', parameters: { keyId: key }, resources: [key] } as const;
  const byCloudFormation = {
    ...kms,
    parameters: { keyId: declaredKey },
    resources: [declaredKey],
    role: 'cdk-hnb659fds-cfn-exec-role',
    byCloudFormation: true,
  } as const;
  const role = day.roleArn('ControlPlaneRole').split('/')[1] as string;
  await day.recorded(
    'CloudFormation makes the key of a declared tenant, and changes its period',
    { ...byCloudFormation, name: 'CreateKey' },
    { ...byCloudFormation, name: 'EnableKeyRotation' },
    { ...byCloudFormation, name: 'CreateAlias' },
    { ...byCloudFormation, name: 'DescribeKey', readOnly: true },
  );
  await day.recorded('CloudFormation changes the policy of a declared key', {
    ...byCloudFormation,
    name: 'PutKeyPolicy',
  });
  await day.recorded('KMS rotates a key when it is due', {
    ...kms,
    name: 'RotateKey',
    parameters: {},
  });
  await day.recorded('a grant is given', { ...kms, name: 'CreateGrant' });
  await day.recorded('the control plane changes a tag, which it never does', {
    ...kms,
    name: 'TagResource',
    role,
  });
  await day.recorded('the control plane changes a policy, as before the tags of a new key count', {
    ...kms,
    name: 'PutKeyPolicy',
    role,
  });
  await day.during('the control plane tries to change a policy', () =>
    day
      .kmsAs('ControlPlaneRole', 'tenants')
      .putKeyPolicy({ KeyId: key, Policy: '{}' })
      .then(
        () => Promise.reject(new Error('it was not refused')),
        () => undefined,
      ),
  );
  await day.recorded('the reconciler disables a key that was enabled by hand', {
    ...kms,
    name: 'DisableKey',
    role: day.roleArn('ReconcilerRole').split('/')[1] as string,
  });
  await deletions(day, key);
  await day.recorded('the control plane uses a key', {
    ...kms,
    name: 'GenerateDataKeyWithoutPlaintext',
    readOnly: true,
    role,
  });
  await refusals(day, key);
  for (const name of uses) {
    await day.recorded(`an administrator has used a key: ${name}`, {
      ...kms,
      name,
      readOnly: true,
    });
  }
  day.written('a key event without a principal: a use, a refusal', 'indexer', {
    message: 'key event',
    outcome: 'succeeded',
    errorCode: 'AccessDenied',
    operation: 'Decrypt',
  });
  day.written('a key event without a principal: a policy', 'indexer', {
    message: 'key event',
    outcome: 'succeeded',
    operation: 'PutKeyPolicy',
  });
  for (const [what, operation] of [
    ['a change', 'DisableKey'],
    ['a deletion', 'ScheduleKeyDeletion'],
  ]) {
    day.written(`a key event without a principal: ${what}`, 'indexer', {
      message: 'key event',
      outcome: 'succeeded',
      operation,
    });
  }
}

/** By whom an administrator schedules one is among the real calls. */
async function deletions(day: Day, key: string): Promise<void> {
  const call = { service: 'kms', name: 'ScheduleKeyDeletion', parameters: { keyId: key } } as const;
  const role = day.roleArn('ReconcilerRole').split('/')[1] as string;
  const unnamed = key.replace(/[^/]*$/, 'aaaaaaaa-0000-4000-8000-000000000000');
  await day.recorded("the reconciler schedules the deletion of a tenant's key", {
    ...call,
    resources: [key],
    role,
  });
  await day.recorded('the reconciler schedules the deletion of a key that no row names', {
    ...call,
    parameters: { keyId: unnamed },
    resources: [unnamed],
    role,
  });
  await day.recorded('somebody of another account tries to delete a key', {
    ...call,
    parameters: null,
    resources: [key],
    errorCode: 'AccessDenied',
    role: 'elsewhere',
  });
  await day.during('the control plane tries to delete a key hastily', () =>
    day
      .kmsAs('ControlPlaneRole', 'tenants')
      .scheduleKeyDeletion({ KeyId: key, PendingWindowInDays: 7 })
      .then(
        () => Promise.reject(new Error('it was not refused')),
        () => undefined,
      ),
  );
}

/** Refused calls, by who is refused what. */
async function refusals(day: Day, key: string): Promise<void> {
  const kms = { service: 'kms', parameters: null, resources: [key], errorCode: 'AccessDenied' };
  const refused = (name: string, role: string, ...operations: readonly string[]) =>
    day.recorded(name, ...operations.map((one) => ({ ...kms, name: one, role })));
  const [tenant, controlPlane, reconciler] = ['Tenant', 'ControlPlane', 'Reconciler'].map(
    (prefix) => day.roleArn(`${prefix}Role`).split('/')[1] as string,
  ) as [string, string, string];
  await refused('somebody of another account tries the key', 'elsewhere', 'Decrypt');
  await refused('an inventory tool has no right to look at a key', 'inventory', 'DescribeKey');
  for (const name of uses) {
    await refused(`the control plane is refused ${name}`, controlPlane, name);
    // The session is named after another tenant.
    await refused(`a session of the tenant role is refused ${name}`, tenant, name);
  }
  await refused('the reconciler is refused a use', reconciler, 'Decrypt');
  await refused('the control plane looks at a key too soon', controlPlane, 'DescribeKey');
  await refused('the reconciler looks at a key too soon', reconciler, 'GetKeyPolicy');
  await refused('the reconciler is refused a policy', reconciler, 'PutKeyPolicy');
  day.written('a refusal of which nobody knows what it was', 'indexer', {
    message: 'key event',
    errorCode: 'AccessDenied',
    principal: day.roleArn('TenantRole'),
  });
}
