/**
 * The condition keys that the stack's services supply, or rightly leave out as AWS does. A key that is
 * not here stops the start: taken for absent, it would make a negated operator true.
 */

export type KeyType = 'string' | 'arn' | 'number' | 'bool' | 'date' | 'ip';

export interface ConditionKey {
  /** as the policy spells it */
  readonly name: string;
  /** under which the request's values are found */
  readonly id: string;
  readonly type: KeyType;
  /** whether a request may have several values of it */
  readonly multiple: boolean;
}

const single: Readonly<Record<KeyType, readonly string[]>> = {
  string: [
    'aws:PrincipalAccount',
    'aws:PrincipalType',
    'aws:userid',
    'aws:username',
    'aws:SourceAccount',
    'aws:RequestedRegion',
    'aws:ResourceAccount',
    'sts:RoleSessionName',
    'sts:ExternalId',
    'sts:SourceIdentity',
    'sts:SigningAlgorithm',
    'kms:ViaService',
    'kms:CallerAccount',
    'kms:KeySpec',
    'kms:KeyUsage',
    'kms:KeyOrigin',
    'kms:EncryptionAlgorithm',
    'kms:SigningAlgorithm',
    'kms:MessageType',
    'kms:RequestAlias',
    'dynamodb:Select',
    'dynamodb:ReturnValues',
    'events:source',
    'events:detail-type',
  ],
  arn: ['aws:PrincipalArn', 'aws:SourceArn', 'lambda:SourceFunctionArn'],
  bool: [
    'aws:SecureTransport',
    'aws:PrincipalIsAWSService',
    'aws:ViaAWSService',
    'kms:MultiRegion',
    'kms:BypassPolicyLockoutSafetyCheck',
    'kms:GrantIsForAWSResource',
    'kms:ReEncryptOnSameKey',
  ],
  number: [
    'kms:ScheduleKeyDeletionPendingWindowInDays',
    'kms:RotationPeriodInDays',
    'sts:DurationSeconds',
  ],
  date: ['aws:CurrentTime', 'aws:EpochTime'],
  ip: ['aws:SourceIp'],
};

const multiple = [
  'aws:TagKeys',
  'aws:CalledVia',
  'sts:TransitiveTagKeys',
  'sts:IdentityTokenAudience',
  'kms:EncryptionContextKeys',
  'kms:ResourceAliases',
  'dynamodb:LeadingKeys',
];

/** Keys that end in a name of the policy's own choice, each a string. */
const prefixes = [
  'aws:PrincipalTag/',
  'aws:RequestTag/',
  'aws:ResourceTag/',
  'kms:EncryptionContext:',
];

const known = new Map<string, Omit<ConditionKey, 'name' | 'id'>>([
  ...Object.entries(single).flatMap(([type, names]) =>
    names.map((name) => [keyId(name), { type: type as KeyType, multiple: false }] as const),
  ),
  ...multiple.map((name) => [keyId(name), { type: 'string' as const, multiple: true }] as const),
]);
const prefixIds = prefixes.map(keyId);

/**
 * The name under which a key is looked up. IAM compares key names, those of tags and of encryption
 * contexts included, without regard to case. Only ASCII letters are folded: Unicode folds the Kelvin
 * sign to a `k`, and no letter of a request may pass for another.
 */
export function keyId(name: string): string {
  return name.replace(/[A-Z]/g, (letter) => letter.toLowerCase());
}

/** @returns the key, or nothing for a name that the evaluator does not know */
export function conditionKey(name: string): ConditionKey | undefined {
  const id = keyId(name);
  const found = known.get(id);
  if (found !== undefined) return { name, id, ...found };
  const custom = prefixIds.some((prefix) => id.startsWith(prefix) && id.length > prefix.length);
  return custom ? { name, id, type: 'string', multiple: false } : undefined;
}
