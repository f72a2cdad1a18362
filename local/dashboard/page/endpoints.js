// Endpoints, and the commands that name them.
import { $, make, text } from './dom.js';
import { load } from './load.js';

export let endpoints;
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
  text(
    $('onboard-command'),
    [
      tokenCommand('-d scope=tenant-keys/admin'),
      `curl -s -X PUT ${api}/tenants/acme -H "Authorization: Bearer $token"`,
    ].join('\n'),
  );
}
export const tokenCommand = (form) =>
  `token=$(curl -s ${endpoints.issuer}/oauth2/token -d grant_type=client_credentials -d client_id=me ${form} \\
  | sed 's/.*"access_token":"\\([^"]*\\)".*/\\1/')`;
