import type { ConditionContext } from '../iam/decision.ts';

/** @returns the condition keys that policies see of a resource's tags; none where there is no such resource */
export const resourceTags = (tags: Readonly<Record<string, string>> = {}): ConditionContext =>
  Object.fromEntries(Object.entries(tags).map(([key, value]) => [`aws:ResourceTag/${key}`, value]));
