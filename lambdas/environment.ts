/** The environment variables of the functions: the stack writes them, the handlers read them. */
// As a namespace: named `z`, esbuild would keep all of it, with its texts in fifty languages.
import * as z from 'zod';

const text = z.string().min(1);

export const authorizerEnvironment = z.object({
  /** OIDC issuer, an URL without a trailing slash */
  ISSUER: text,
  AUDIENCE: text,
  /** the claim that binds a token to its tenant */
  TENANT_CLAIM: text,
});

export const tenantsEnvironment = z.object({
  TABLE_NAME: text,
  TENANT_ROLE_ARN: text,
  CONTROL_PLANE_ROLE_ARN: text,
  ACCOUNT_ID: text,
  PARTITION: text,
  ROTATION_PERIOD_IN_DAYS: z.coerce.number().int(),
});

export const cryptoEnvironment = z.object({
  TABLE_NAME: text,
  TENANT_ROLE_ARN: text,
  /** whether the function runs in Lambda's tenant isolation mode, and so must see its tenant id */
  TENANT_ISOLATION: z.enum(['true', 'false']),
});

/** @throws ZodError naming each variable that is missing or wrong */
export function readEnvironment<S extends z.ZodType>(schema: S): z.infer<S> {
  return schema.parse(process.env);
}
