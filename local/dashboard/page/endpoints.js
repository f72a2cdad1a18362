// The stack's addresses, and commands that name them. A token is got by the command, and is never part of an address.
import { $, make } from './dom.js';
import { load } from './load.js';

let endpoints;
export async function loadEndpoints() {
  if (endpoints !== undefined) return;
  endpoints = await load('/_local/endpoints');
  const { api, aws, issuer, region, accountId } = endpoints;
  const shown = { API: api, AWS: aws, Issuer: issuer, Account: `${accountId}, ${region}` };
  $('endpoints').replaceChildren(
    ...Object.entries(shown).map(([name, value]) =>
      make('div', {}, make('dt', {}, name), make('dd', { class: 'mono' }, value)),
    ),
  );
}

/** @returns nothing as long as the addresses are not known */
export function commands() {
  if (endpoints === undefined) return undefined;
  const { api, issuer, givesTokens } = endpoints;
  // Of another issuer nothing gets into a command for a shell: it may have a quote in its name.
  const token = (form) =>
    !givesTokens
      ? `token='in place of this, a token of your issuer for: ${form.replaceAll('-d ', '')}'`
      : `token=$(curl -s ${issuer}/oauth2/token -d grant_type=client_credentials -d client_id=me ${form} \\
  | sed 's/.*"access_token":"\\([^"]*\\)".*/\\1/')`;
  const bearer = '-H "Authorization: Bearer $token"';
  const admin = token('-d scope=tenant-keys/admin');
  return {
    onboard: `${admin}\ncurl -s -X PUT ${api}/tenants/acme ${bearer}`,
    encrypt: ofTenant(
      (tenantId) => `${token(`-d scope=tenant-keys/crypto -d tenant_id=${tenantId}`)}
curl -s ${api}/tenants/${tenantId}/encrypt ${bearer} \\
  -H 'Content-Type: application/json' -d '{"plaintext":"aGVsbG8="}'`,
    ),
    certificate: ofTenant(
      (tenantId) => `${admin}\ncurl -s ${api}/tenants/${tenantId}/erasure-certificate ${bearer}`,
    ),
  };
}

/** Of a row that names no tenant id (somebody wrote it by hand) nothing gets into a command for a shell. */
const ofTenant = (command) => (tenantId) =>
  /^[a-z0-9-]{2,63}$/.test(tenantId) ? command(tenantId) : '';
