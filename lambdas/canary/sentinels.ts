/**
 * The names of the probes that every run tries. Invariant: whichever guard between tenants is lost of those whose loss
 * the canary sees at all, one of these shows it (test/lambdas/canary/mutation.test.ts). There is none too many.
 */
export const sentinelNames: ReadonlySet<string> = new Set([
  // Sessions: who opens one, and how it must be named and tagged.
  "the canary becomes canary_b's session",
  "the canary becomes canary_b's audit session",
  "the session broker's role outside of its function opens a session of canary_a",
  ...['a session', 'an audit session'].flatMap((session) => [
    `the canary's own role opens ${session} named after another tenant than its tag`,
    `the canary's own role opens ${session} with a second tag`,
    `the canary's own role opens ${session} whose tag would be passed on`,
    `the canary's own role opens ${session} of a tenant that is not its own`,
  ]),
  // Keys: IAM alone.
  "canary_a's session encrypts with a key that IAM alone guards, with TenantId=canary_a in the context",
  "canary_b's session encrypts with a key that IAM alone guards, with TenantId=canary_a in the context",
  // Keys: the tag of another stack alone.
  "canary_a's session encrypts with a key that its policy's Allow alone guards, with TenantId=canary_a in the context",
  // Keys: the Allow of the key's policy alone.
  "the canary's own role encrypts with a key that its policy's Allow alone guards, with TenantId=canary_b in the context",
  "canary_a's session encrypts with a key that its policy's Allow alone guards, with TenantId=canary_b in the context",
  "canary_b's session encrypts with a key that its policy's Allow alone guards, with TenantId=canary_a in the context",
  "canary_b's session encrypts with a key that its policy's Allow alone guards, with tenantid=canary_b in the context",
  // Keys: the Denies of the key's policy alone.
  "canary_b's session encrypts with a key that its policy's Denies alone guard, as it may",
  "the canary's own role encrypts with a key that its policy's Denies alone guard, with TenantId=canary_b in the context",
  "canary_a's session encrypts with a key that its policy's Denies alone guard, with TenantId=canary_b in the context",
  "canary_b's session describes a key that its policy's Denies alone guard",
  "the canary's own role grants the use of a key that its policy's Denies alone guard",
  // Keys: their administration.
  "the canary's own role describes canary_a's key",
  "canary_a's audit session describes canary_a's key",
  // Rows.
  "canary_a's session gets canary_a's rows of the audit table",
  "canary_a's session gets canary_b's rows of the registry",
  "canary_a's session gets canary_b's rows of the table of mac keys",
  "canary_a's audit session queries canary_b's rows of the audit table",
  "canary_a's audit session queries canary_a's rows of the registry",
  "canary_b's audit session queries canary_b's rows of the audit table",
]);
