/** A key of KMS as it is, to be compared with what it was. */
import type { KMS } from '@aws-sdk/client-kms';

/** All that KMS says of the key. */
export async function keyInKms(kms: KMS, KeyId: string): Promise<string> {
  const answers = [
    await kms.describeKey({ KeyId }),
    await kms.getKeyPolicy({ KeyId }),
    await kms.getKeyRotationStatus({ KeyId }),
    await kms.listKeyRotations({ KeyId, IncludeKeyMaterial: 'ALL_KEY_MATERIAL' }),
    await kms.listAliases({ KeyId }),
    await kms.listResourceTags({ KeyId }),
  ];
  return JSON.stringify(answers.map(({ $metadata: _, ...answer }) => answer));
}
