/**
 * The page that the `type` of a problem leads to, with an anchor for each code. Invariant: the same words for
 * everybody; nothing of a deployment, a tenant or a request is in it.
 */
import { type ProblemCode, problemStatuses, problemTitles } from './problem.ts';

/** What has happened, and what to do. */
const problemRemedies: Readonly<Record<ProblemCode, readonly [what: string, remedy: string]>> = {
  'bad-request': [
    'A body, header or query is not as the route takes it.',
    'The detail names the member and what it must be, or the members that are allowed. Correct the request; the same one fails again.',
  ],
  'invalid-tenant-id': [
    'The path has no tenant id, or something else in its place.',
    'Use 2-63 lower-case letters, digits and hyphens, without a hyphen at either end.',
  ],
  'invalid-cursor': [
    'The cursor is not one that this list has given, or is of another range.',
    'Send nextCursor of the last page unchanged, with the same parameters, or begin again without a cursor.',
  ],
  'decryption-failed': [
    'The ciphertext cannot be decrypted for this tenant with this encryption context. One answer for every cause.',
    'Check that tenant and encryption context are exactly those of the encryption, and that no byte of the ciphertext was changed or lost.',
  ],
  'too-many-kms-calls': [
    'The batch would need more calls to the key store than one request may make, and none was made.',
    'Send at most 100 items that have nothing in common, or let items share encryption contexts.',
  ],
  'key-store-not-configured': [
    'The tenant is to have its key in a key store that the stack is not configured with.',
    'GET /key-stores lists those that are configured. The operator adds one by the configuration key keyStores.',
  ],
  'mode-needs-aws-kms': [
    'Direct mode is kms:Encrypt itself, and the tenant’s key is not in AWS KMS.',
    'Leave out the mode: envelope mode works with every key store.',
  ],
  unauthorized: [
    'The request has no bearer token, or one that does not count: expired, of another issuer or audience, or not validly signed.',
    'Get a new token from the configured issuer and send it as Authorization: Bearer.',
  ],
  forbidden: [
    'The token counts, but not for this request.',
    'WWW-Authenticate and the detail say which scope, or which kind of token, it takes.',
  ],
  'not-found': [
    'The API has no such path.',
    'Compare the path with docs/api.md; paths begin with the stage.',
  ],
  'method-not-allowed': [
    'The path exists, with another method.',
    'Use one of the methods that the header Allow lists.',
  ],
  'tenant-not-found': [
    'There is no tenant of this id, or it was erased.',
    'Check the id; an administrator onboards a tenant by PUT.',
  ],
  'tenant-exists': [
    'The tenant was onboarded before, with something else.',
    'The detail names the members that differ. Send what it was onboarded with; change the rotation period by its own route.',
  ],
  'tenant-provisioning': [
    'The onboarding of the tenant has begun and has not ended.',
    'Send the same PUT again; it goes on where it was cut off.',
  ],
  'tenant-suspended': [
    'The tenant is suspended, and its key disabled.',
    'An administrator resumes it by POST .../resume; then send the request again.',
  ],
  'tenant-offboarding': [
    'The tenant is being offboarded: its key is disabled and will be deleted.',
    'Until the deletion date an administrator can restore it by POST .../restore.',
  ],
  'tenant-erased': [
    'The id belonged to a tenant whose key was deleted.',
    'What was encrypted for it is lost. Onboard under another id; this one is not given again.',
  ],
  'tenant-not-erased': [
    'There is no certificate before the tenant is erased.',
    'Come again after the date in the detail, once the key is deleted.',
  ],
  'tenant-busy': [
    'Another request is at work on the tenant.',
    'Send the same request again after Retry-After seconds.',
  ],
  'tenant-declared': [
    'CloudFormation has made the tenant’s key, by the stack’s configuration.',
    'A declared tenant stays in AWS KMS. Take it out of the configuration’s tenants first, if it has to move.',
  ],
  'key-store-changing': [
    'The tenant’s key store is being changed already, and one change ends before another begins.',
    'The detail says what is to be ended or waited for. GET the tenant: keyStoreChange says how far the change is.',
  ],
  'no-previous-key': [
    'The tenant has one key alone: its key store was never changed, or the key before is deleted.',
    'There is nothing to end and nothing to restore. GET the tenant: keyStoreChange is there while there is a key before.',
  ],
  'mac-keys-left': [
    'Keys of the tenant’s macs may be under the previous key. With it these hashes could never be made again.',
    'POST .../mac-keys/rewrap with the tenant’s token until nothing is left, and wait for the reconciler’s next run.',
  ],
  'key-recently-used': [
    'The key was used within the last hour, so somebody may still need it.',
    'Suspend the tenant and wait, or offboard with force=true.',
  ],
  'rotation-limit-reached': [
    'KMS rotates a key on demand 25 times in its life.',
    'The key goes on rotating by its period; shorten that by PUT .../key/rotation.',
  ],
  'rotation-in-progress': [
    'KMS is rotating the key, or has just done so.',
    'GET the tenant until its current key material has changed.',
  ],
  'rotation-unconfirmed': [
    'An answer of the key store was lost, so it is not known yet whether it rotates the key.',
    'Send the same request again after some minutes; it finds out and spends no rotation.',
  ],
  'mac-versions-differ': [
    "The versions of the purpose's key are not those from which one step leads to the wanted ones.",
    'POST .../mac lists the live versions. From [1] go to [1, 2], and from there, when every stored hash is one of version 2, to [2].',
  ],
  'too-many-purposes': [
    'The tenant has hashes for as many purposes as it may have.',
    'Use few purposes, one for each field that is searched. Values of the field, ids and dates do not belong into its name.',
  ],
  'alias-taken': [
    'The alias for the tenant is on a key that this onboarding has not made; in another store than KMS, the tenant’s name is.',
    'An administrator removes the alias, in another store that key, or, if the tenant was there before, restores its row.',
  ],
  'key-unusable': [
    'The key is disabled or pending deletion, though the tenant is active, or a key that signs certificates is: somebody has done so by hand.',
    'An administrator finds out who, and enables the key again or, if it is the key of a tenant, suspends that one.',
  ],
  'key-missing': [
    'The key store has no such key any more: somebody has deleted it.',
    'What it had encrypted is lost. An administrator finds in the audit, or in the log of the key store, who it was.',
  ],
  'key-mismatch': [
    'The key that is registered for the tenant is not the tenant’s by its tag or, in another store than KMS, by its name and age.',
    'An administrator corrects the row, the tag or the key: docs/operations.md, finding key-tags.',
  ],
  'external-key-refused': [
    'A tenant is to be onboarded with a key in its own account, and the key, its role or their policies are not as they must be. Nothing was made.',
    'The detail names each check that failed and what to change there. GET /tenants/{tenantId}/external-account has the policies; then send the same request again.',
  ],
  'key-revoked-by-tenant': [
    'The key is the tenant’s own, in its own account or store, which refuses its use: disabled, deleted, or the right taken away.',
    'The tenant decides. When it gives the right back the same request works again, within a minute and without an operator.',
  ],
  'key-administered-by-tenant': [
    'The key is in the tenant’s own AWS account, where the product may use it and no more.',
    'The administrators of that account rotate the key, and see its state and its rotations.',
  ],
  'not-acceptable': [
    'Accept allows no form that the answer has.',
    'Accept application/json, or application/octet-stream in the first place for raw bytes, or application/x-ndjson for events.',
  ],
  'too-large': [
    'The body, the plaintext, the ciphertext or the answer is larger than one request takes.',
    'The detail has the limit. Send batches in parts; encrypt more than 4 MiB yourself under a data key of POST .../data-keys.',
  ],
  'unsupported-media-type': [
    'The body is of another content type, or compressed.',
    'Send application/json in UTF-8 or, where the route takes bytes, application/octet-stream, without Content-Encoding.',
  ],
  throttled: [
    'There are more requests than the API, or more changes than KMS, takes at the moment.',
    'Send the same request again after Retry-After seconds, and send fewer at once.',
  ],
  'internal-error': [
    'A fault of ours.',
    'Sending it again does no harm. Give the request id to who runs the API: it leads to the logs.',
  ],
  'key-not-ready': [
    'The key is new, and IAM does not know it everywhere yet.',
    'Send the same request again after Retry-After seconds.',
  ],
  'key-store-unavailable': [
    'The tenant’s key store gave no answer, is sealed, or takes no more requests at the moment. Tenants in other stores are served.',
    'Send the same request again after Retry-After seconds. The operator of the key store looks at why.',
  ],
  unavailable: [
    'The issuer, KMS, the table or the function gave no answer in time.',
    'Send the same request again after Retry-After seconds; every request may be repeated.',
  ],
};

const titleOf = (code: ProblemCode): string =>
  problemStatuses[code].map((status) => `${status} ${problemTitles[status]}`).join(', ');

const section = (code: ProblemCode): string => {
  const [what, remedy] = problemRemedies[code];
  return `<h2 id="${code}">${code}</h2><p>${titleOf(code)}. ${what}</p><p><b>What to do:</b> ${remedy}</p>`;
};

/** @returns HTML */
export const problemPage = (): string =>
  [
    '<!doctype html><html lang="en"><head><meta charset="utf-8"><title>tenant-keys: problems</title>',
    '<meta name="viewport" content="width=device-width"></head><body><h1>Problems of the tenant-keys API</h1>',
    ...(Object.keys(problemStatuses) as ProblemCode[]).map(section),
    '</body></html>',
  ].join('\n');
