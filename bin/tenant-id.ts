/** `npm run tenant-id -- TEXT`: the id of the tenant that tokens call so, for the path of requests and for onboarding. */
import { tenantIdOf } from '../contract/external-tenant-id.ts';

const usage = `npm run tenant-id -- TEXT

prints the tenant id for what an issuer calls a tenant, such as org_AbC123`;

const [claimed, ...more] = process.argv.slice(2);
if (claimed === undefined || more.length > 0) {
  console.error(usage);
  process.exitCode = 1;
} else {
  const id = tenantIdOf(claimed);
  if (id === undefined) {
    console.error('names no tenant: 1 to 36 bytes of UTF-8, or a tenant id of 2 to 63 characters');
    process.exitCode = 1;
  } else console.log(id);
}
