/** What `login` keeps: where the API is, and the client credentials for it alone. */
import { readPrivate, removePrivate, stateFile, writePrivate } from './private-file.ts';

export interface Login {
  readonly url: string;
  readonly issuer?: string | undefined;
  readonly tokenUrl?: string | undefined;
  readonly clientId: string;
  readonly clientSecret: string;
  readonly scope?: string | undefined;
  readonly audience?: string | undefined;
  /** the name by which the issuer is told for which tenant a token is to be */
  readonly tenantParameter?: string | undefined;
}

const file = (env: NodeJS.ProcessEnv): string => stateFile('login.json', env);

export async function readLogin(env: NodeJS.ProcessEnv): Promise<Login | undefined> {
  return (await readPrivate(file(env))) as Login | undefined;
}

export const writeLogin = (env: NodeJS.ProcessEnv, login: Login): Promise<void> =>
  writePrivate(file(env), login);

export const removeLogin = (env: NodeJS.ProcessEnv): Promise<void> => removePrivate(file(env));
