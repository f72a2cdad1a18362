import type { Operation } from '../../aws/operation.ts';
import type { KmsAccount } from '../account.ts';
import { newDataKey } from '../data-key.ts';

export const generateDataKey =
  (account: KmsAccount): Operation =>
  (body, call) => {
    const { plaintext, answer } = newDataKey(account, call, 'GenerateDataKey', body);
    return { ...answer, Plaintext: plaintext.toString('base64') };
  };
