import type { Operation } from '../../aws/operation.ts';
import type { KmsAccount } from '../account.ts';
import { newDataKey } from '../data-key.ts';

export const generateDataKeyWithoutPlaintext =
  (account: KmsAccount): Operation =>
  (body, call) =>
    newDataKey(account, call, 'GenerateDataKeyWithoutPlaintext', body).answer;
