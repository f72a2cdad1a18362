import type { Operation } from '../aws/operation.ts';

/** Needs no permission: AWS answers it even under an explicit deny. */
export const getCallerIdentity: Operation = (_input, { caller }) => ({
  UserId: caller.userId,
  Account: caller.accountId,
  Arn: caller.arn,
});
