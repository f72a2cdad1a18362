/** The environment variables of the functions: the stack writes them, the handlers read them. */
import * as z from 'zod/mini';

const text = z.string().check(z.minLength(1));

export const authorizerEnvironment = z.object({
  /** URL of the OIDC issuer, spelled as in its tokens */
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
  ROTATION_PERIOD_IN_DAYS: z.pipe(z.coerce.number(), z.int()),
});

export const cryptoEnvironment = z.object({
  TABLE_NAME: text,
  TENANT_ROLE_ARN: text,
  /** whether the function runs in Lambda's tenant isolation mode, and so must see its tenant id */
  TENANT_ISOLATION: z.enum(['true', 'false']),
});

/** @throws z.core.$ZodError naming each variable that is missing or wrong */
export function readEnvironment<S extends z.core.$ZodType>(schema: S): z.output<S> {
  return z.parse(schema, process.env);
}
