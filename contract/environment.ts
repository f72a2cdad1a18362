/** The environment variables of the functions: the stack writes them, the handlers read them. */
import * as z from 'zod/mini';
import { jsonOf, text, wholeNumber } from './environment-values.ts';
import { signedInFunction } from './function-token.ts';
import { identityTokenStore } from './identity-token.ts';
import { issuersSettings } from './issuers.ts';
import { keyStoresSettings } from './key-stores.ts';
import { defaultName, stackName } from './stack-names.ts';

/** Of every function. */
export const stackEnvironment = z.object({
  /** the stack's name by its configuration. Where it is wrong, IAM refuses the tags and aliases that come from it */
  TENANT_KEYS_NAME: z._default(stackName, defaultName),
});

/** Of a function that works with tenants' keys: absent where only KMS of this account is configured. */
const otherKeyStores = {
  KEY_STORES: z.optional(jsonOf(keyStoresSettings)),
};

/** Of one that administers keys: name of the session broker's function, there where a store takes tokens of ours. */
const ownSignIn = { SESSION_BROKER_NAME: z.optional(text) };

/** Of a function that checks tokens. */
const tokens = {
  /** the issuers whose tokens count, as JSON */
  ISSUERS: jsonOf(issuersSettings),
};

/** Of a function behind the API. */
const ofApi = {
  /** origins whose pages may read its answers in a browser, as JSON; absent: none */
  CORS_ORIGINS: z.optional(jsonOf(z.array(text))),
};

export const apiEnvironment = z.object(ofApi);

/** Of a function that works with tenants' sessions. */
const brokeredSessions = {
  ...tokens,
  /** name of the session broker's function */
  SESSION_BROKER_NAME: text,
};

export const authorizerEnvironment = z.object(tokens);

export const sessionBrokerEnvironment = z.object({
  ...tokens,
  TENANT_ROLE_ARN: text,
  /** ARN of the role whose sessions read one tenant's events */
  AUDIT_READER_ROLE_ARN: text,
  /** ARN of the role whose sessions read all tenants' events */
  ALL_EVENTS_READER_ROLE_ARN: text,
  /** of the product's own issuer: as whom it signs, by which key, for whom by key store, as JSON; absent: nobody wants its tokens */
  OWN_ISSUER: z.optional(text),
  OWN_ISSUER_KEY_ARN: z.optional(text),
  OWN_ISSUER_AUDIENCES: z.optional(jsonOf(z.partialRecord(identityTokenStore, text))),
  /** ARNs of the sessions of functions that get its tokens too, up to the sessions' names, as JSON; absent: none does */
  OWN_ISSUER_FUNCTIONS: z.optional(jsonOf(z.partialRecord(signedInFunction, text))),
});

export const issuerKeysEnvironment = z.object({
  /** URL of the product's own issuer */
  OWN_ISSUER: text,
  /** ARNs of the keys that sign its tokens, or are about to, as JSON */
  OWN_ISSUER_KEY_ARNS: jsonOf(z.array(text)),
});

/** The registry's table, and what the policy of a tenant's key is made of. */
const registryAndKeyPolicy = {
  TABLE_NAME: text,
  TENANT_ROLE_ARN: text,
  CONTROL_PLANE_ROLE_ARN: text,
  ACCOUNT_ID: text,
  PARTITION: text,
  /** the shortest window of a deletion, and that of a request that names none */
  DELETION_WINDOW_IN_DAYS: wholeNumber,
};

export const tenantsEnvironment = z.object({
  ...ofApi,
  ...registryAndKeyPolicy,
  ...otherKeyStores,
  /** also there where tenants may have keys in accounts of their own */
  ...ownSignIn,
  ROTATION_PERIOD_IN_DAYS: wholeNumber,
});

export const certificatesEnvironment = z.object({
  ...ofApi,
  ...otherKeyStores,
  ...ownSignIn,
  TABLE_NAME: text,
  /** ARNs of the asymmetric keys that sign certificates of erasure: by ECDSA and, where it is wanted, by ML-DSA */
  CERTIFICATE_KEY_ARN: text,
  POST_QUANTUM_KEY_ARN: z.optional(text),
  STACK_NAME: text,
  AUDIT_RETENTION_DAYS: wholeNumber,
  /** of the stack's own trail, if it has one */
  TRAIL_ARN: z.optional(text),
  TRAIL_BUCKET_NAME: z.optional(text),
});

export const reconcilerEnvironment = z.object({
  ...registryAndKeyPolicy,
  ...otherKeyStores,
  ...ownSignIn,
  MAC_KEY_TABLE_NAME: text,
  /** how often the reconciler runs, by which each run knows whether it looks at everything */
  EVERY_MINUTES: wholeNumber,
});

export const declaredTenantsEnvironment = z.object({
  TABLE_NAME: text,
});

export const auditEnvironment = z.object({
  ...ofApi,
  ...brokeredSessions,
  AUDIT_TABLE_NAME: text,
});

export const indexerEnvironment = z.object({
  TABLE_NAME: text,
  AUDIT_TABLE_NAME: text,
  AUDIT_RETENTION_DAYS: wholeNumber,
  ACCOUNT_ID: text,
  /** a key that this role has just made is a tenant's, before the tenant's row names it */
  CONTROL_PLANE_ROLE_ARN: text,
  /** like the control plane's, roles with which the product looks at tenants' keys */
  RECONCILER_ROLE_ARN: text,
  CERTIFICATES_ROLE_ARN: text,
  /** sessions of this role are named after the tenant */
  TENANT_ROLE_ARN: text,
  /** name of CloudTrail's log group, if the stack has a trail */
  TRAIL_LOG_GROUP: z.optional(text),
  /** names of the log groups of the functions behind the API, by plane */
  TENANTS_LOG_GROUP: text,
  CRYPTO_LOG_GROUP: text,
  CERTIFICATES_LOG_GROUP: text,
  AUDIT_LOG_GROUP: text,
  /** name of the reconciler's, if the stack has key stores whose calls CloudTrail does not record */
  RECONCILER_LOG_GROUP: z.optional(text),
  /** both of the session broker, if tenants may have keys in accounts of their own: it tries these keys */
  SESSION_BROKER_LOG_GROUP: z.optional(text),
  SESSION_BROKER_ROLE_ARN: z.optional(text),
  /** name of the log group of API Gateway's access log */
  ACCESS_LOG_GROUP: text,
});

export const decryptAnomaliesEnvironment = z.object({
  /** of the registry */
  TABLE_NAME: text,
  AUDIT_TABLE_NAME: text,
});

export const canaryEnvironment = z.object({
  TABLE_NAME: text,
  AUDIT_TABLE_NAME: text,
  MAC_KEY_TABLE_NAME: text,
  TENANT_ROLE_ARN: text,
  AUDIT_READER_ROLE_ARN: text,
  /** whose sessions read all tenants' events; no tenant's session opens one */
  ALL_EVENTS_READER_ROLE_ARN: text,
  /** ARNs of execution roles that the canary tries outside of their functions */
  SESSION_BROKER_ROLE_ARN: text,
  DATA_PLANE_ROLE_ARN: text,
  AUDIT_ROLE_ARN: text,
  /** ARNs of the canary's keys, by their names in contract/canary-keys.ts */
  KEY_A_ARN: text,
  KEY_B_ARN: text,
  KEY_IAM_ARN: text,
  KEY_ALLOW_ARN: text,
  KEY_DENY_ARN: text,
  /** how often the canary runs, by which each run knows its share of the paths */
  EVERY_MINUTES: wholeNumber,
});

export const cryptoEnvironment = z.object({
  ...ofApi,
  ...brokeredSessions,
  ...otherKeyStores,
  /** of the stack; there where tenants may have keys in accounts of their own */
  ACCOUNT_ID: z.optional(text),
  TABLE_NAME: text,
  MAC_KEY_TABLE_NAME: text,
  /** whether the function runs in Lambda's tenant isolation mode, and so must see its tenant id */
  TENANT_ISOLATION: z.enum(['true', 'false']),
  /** for how long a tenant's row may be used again; 0: it is read for every request */
  REGISTRY_TTL_SECONDS: wholeNumber,
  /** limits of a data key in the cache; if one of them is 0, nothing is cached */
  DATA_KEY_MAX_AGE_SECONDS: wholeNumber,
  DATA_KEY_MAX_MESSAGES: wholeNumber,
  DATA_KEY_MAX_BYTES: wholeNumber,
});

/** @throws z.core.$ZodError naming each variable that is missing or wrong */
export function readEnvironment<S extends z.core.$ZodType>(schema: S): z.output<S> {
  return z.parse(schema, process.env);
}
