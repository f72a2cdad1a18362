/**
 * Tokens by which AWS itself tells somebody outside of AWS who is calling (IAM User Guide, "outbound identity federation"): the
 * role, the tags of its session, the function. Invariant: a token is asked for by the caller's own credentials, each time anew; it is
 * neither kept nor logged.
 */
import { GetWebIdentityTokenCommand, STSClient } from '@aws-sdk/client-sts';
import { callBudget } from './call-budget.ts';
import { clientConfiguration } from './client-config.ts';

/** It is exchanged for a session at once. STS gives 60 s at least (API Reference, GetWebIdentityToken). */
const lifeSeconds = 60;

/**
 * @param sts with the credentials of whom the token is to name
 * @param audience the one that may take it
 * @throws the SDK's errors
 */
export async function webIdentityToken(sts: STSClient, audience: string): Promise<string> {
  const { WebIdentityToken } = await sts.send(
    new GetWebIdentityTokenCommand({
      Audience: [audience],
      DurationSeconds: lifeSeconds,
      // Azure takes no other, and Vault both.
      SigningAlgorithm: 'RS256',
    }),
  );
  if (WebIdentityToken === undefined) throw new Error('STS gave no token');
  return WebIdentityToken;
}

/**
 * @param audience as {@link webIdentityToken} takes it
 * @returns what asks for tokens that name the role of the function itself
 */
export function functionsWebIdentity(audience: string): () => Promise<string> {
  const sts = new STSClient(clientConfiguration);
  sts.middlewareStack.use(callBudget('sts'));
  return () => webIdentityToken(sts, audience);
}
